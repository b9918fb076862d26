import { hasErrorCode, JobsError } from './jobs-error.ts'

/**
 * The value of `context.signal.reason` after another process took over the run. This process can no longer record a
 * result.
 */
export class LeaseLostError extends JobsError {
  override readonly name = 'LeaseLostError'
  readonly code = 'lease_lost'

  constructor() {
    super(
      'This process did not renew its lease in time, so another process took over the run. Stop the work: ' +
        'the result will be discarded. If your handlers block the event loop, set a longer `lease`.',
    )
  }

  static override isInstance(error: unknown): error is LeaseLostError {
    return hasErrorCode(error, 'lease_lost')
  }
}
