import { hasErrorCode, JobsError } from './jobs-error.ts'
import { quote } from './quote.ts'

/** The cause of a failed `step.runJob` whose job a later send replaced, because its definition has `debounce`. */
export class JobSupersededError extends JobsError {
  override readonly name = 'JobSupersededError'
  readonly code = 'job_superseded'
  /** The job that was replaced. */
  readonly jobId: string
  /** The job that replaced it, if the engine reports it. */
  readonly supersededBy: string | undefined

  constructor({ jobId, supersededBy }: { jobId: string; supersededBy?: string | undefined }) {
    super(
      `A later send replaced the job ${quote(jobId)}, because its definition has \`debounce\`. ` +
        `${supersededBy === undefined ? 'A later job' : `The job ${quote(supersededBy)}`} runs instead. ` +
        'To wait for a result, run a definition without `debounce`.',
    )
    this.jobId = jobId
    this.supersededBy = supersededBy
  }

  static override isInstance(error: unknown): error is JobSupersededError {
    return hasErrorCode(error, 'job_superseded')
  }
}
