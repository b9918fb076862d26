import { hasErrorCode, JobsError } from './jobs-error.ts'

/** What is known of a send that failed. */
export interface SendFailure {
  /** The event that was to be sent. */
  event: string
  /** The engine that was to take it. */
  provider: string
  /** What went wrong, without a full stop. */
  problem: string
  /** What the reader can do about it, as one or more sentences. Default: no known remedy. */
  remedy?: string | undefined
  /** `no` where the engine has not taken it, `maybe` where nobody knows: the answer got lost. */
  accepted: 'no' | 'maybe'
  /** The id that the job has if it was accepted, where the provider chose it. */
  jobId?: string | undefined
}

/** The engine did not take an event. `accepted` says whether it may have it all the same. */
export class SendFailedError extends JobsError {
  override readonly name = 'SendFailedError'
  readonly code = 'send_failed'
  /** `no`: certainly not taken. `maybe`: the answer was lost; send again with the same `idempotencyKey`. */
  readonly accepted: 'no' | 'maybe'
  /** With `maybe`, the id that the job has if it was accepted, on engines that let the sender choose it. */
  declare readonly jobId?: string

  constructor({ event, provider, problem, remedy, accepted, jobId }: SendFailure, options?: ErrorOptions) {
    const details = remedy === undefined ? `${problem}.` : `${problem}. ${remedy}`
    super(`\`${provider}\` did not take \`${event}\`: ${details} ${remedyFor(accepted, jobId)}`, options)
    this.accepted = accepted
    if (accepted === 'maybe' && jobId !== undefined) this.jobId = jobId
  }

  static override isInstance(error: unknown): error is SendFailedError {
    return hasErrorCode(error, 'send_failed')
  }
}

function remedyFor(accepted: 'no' | 'maybe', jobId: string | undefined): string {
  if (accepted === 'no') return 'It was not accepted, so it can be sent again.'
  const look = jobId === undefined ? '' : ` \`getJobStatus('${jobId}')\` tells once the engine answers again.`
  return `It may have been accepted all the same: send it again only with an \`idempotencyKey\`.${look}`
}
