import { durationText } from '../values/duration-text.ts'
import { hasErrorCode, JobsError } from './jobs-error.ts'

/** Reported when a run took longer than its definition's `runTimeout`. The run fails without another attempt. */
export class RunTimeoutError extends JobsError {
  override readonly name = 'RunTimeoutError'
  readonly code = 'run_timeout'
  /** The definition's `runTimeout`, in milliseconds. */
  readonly runTimeoutMs: number

  constructor({ definitionId, runTimeoutMs }: { definitionId: string; runTimeoutMs: number }, options?: ErrorOptions) {
    super(
      `The run of \`${definitionId}\` exceeded its \`runTimeout\` of ${durationText(runTimeoutMs)}. ` +
        'Raise `runTimeout`, or retry the job.',
      options,
    )
    this.runTimeoutMs = runTimeoutMs
  }

  static override isInstance(error: unknown): error is RunTimeoutError {
    return hasErrorCode(error, 'run_timeout')
  }
}
