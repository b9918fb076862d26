import { hasErrorCode, JobsError } from './jobs-error.ts'

/** The engine did not take an event. `accepted` says whether it may have it all the same. */
export class SendFailedError extends JobsError {
  override readonly name = 'SendFailedError'
  readonly code = 'send_failed'
  /** `no`: certainly not taken. `maybe`: the answer was lost; send again with the same `idempotencyKey`. */
  readonly accepted: 'no' | 'maybe'

  constructor(
    {
      event,
      provider,
      problem,
      accepted,
    }: { event: string; provider: string; problem: string; accepted: 'no' | 'maybe' },
    options?: ErrorOptions,
  ) {
    super(
      `\`${provider}\` did not take \`${event}\`: ${problem}. ` +
        (accepted === 'no'
          ? 'It was not accepted, so it can be sent again.'
          : 'It may have been accepted all the same: send it again only with an `idempotencyKey`.'),
      options,
    )
    this.accepted = accepted
  }

  static override isInstance(error: unknown): error is SendFailedError {
    return hasErrorCode(error, 'send_failed')
  }
}
