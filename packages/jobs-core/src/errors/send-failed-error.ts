import { hasErrorCode, JobsError } from './jobs-error.ts'
import { quote } from './quote.ts'

/** The facts about a failed send. */
export interface SendFailure {
  /** The name of the event. */
  event: string
  /** The name of the provider. */
  provider: string
  /** The reason, without a period at the end. */
  problem: string
  /** The remedy, as complete sentences. Default: none. */
  remedy?: string | undefined
  /** `no` if the engine did not accept the event, `maybe` if the response was lost or the disk failed. */
  accepted: 'no' | 'maybe'
  /** The id of the job if it was accepted, on engines whose provider chooses the id. */
  jobId?: string | undefined
}

/** Thrown when a send fails. `accepted` says whether the engine may have accepted the event anyway. */
export class SendFailedError extends JobsError {
  override readonly name = 'SendFailedError'
  readonly code = 'send_failed'
  /**
   * `no`: the event was not accepted. `maybe`: the response was lost or the disk failed; send again with the same
   * `idempotencyKey`.
   */
  readonly accepted: 'no' | 'maybe'
  /** The id that the job has if the engine did accept the event. Set with `maybe`, if the sender chooses the id. */
  declare readonly jobId?: string

  constructor({ event, provider, problem, remedy, accepted, jobId }: SendFailure, options?: ErrorOptions) {
    const details = remedy === undefined ? `${problem}.` : `${problem}. ${remedy}`
    super(`Failed to send ${quote(event)} to \`${provider}\`: ${details} ${remedyFor(accepted, jobId)}`, options)
    this.accepted = accepted
    if (accepted === 'maybe' && jobId !== undefined) this.jobId = jobId
  }

  static override isInstance(error: unknown): error is SendFailedError {
    return hasErrorCode(error, 'send_failed')
  }
}

function remedyFor(accepted: 'no' | 'maybe', jobId: string | undefined): string {
  if (accepted === 'no') return 'The event was not accepted; you can send it again.'
  const check =
    jobId === undefined ? '' : ` To check, call \`getJobStatus('${jobId}')\` when the engine is reachable again.`
  return `The event may have been accepted: send it again only with an \`idempotencyKey\`.${check}`
}
