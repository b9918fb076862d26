import { hasErrorCode, JobsError } from './jobs-error.ts'

/** The reason of `context.signal` when another process has taken over the run, and what this one does is not recorded. */
export class LeaseLostError extends JobsError {
  override readonly name = 'LeaseLostError'
  readonly code = 'lease_lost'

  constructor() {
    super(
      'Nothing was heard of this process for longer than its lease, so that another has taken the run over. Stop the work; ' +
        'whatever it still returns is dropped. A longer `lease` is right where handlers block the event loop.',
    )
  }

  static override isInstance(error: unknown): error is LeaseLostError {
    return hasErrorCode(error, 'lease_lost')
  }
}
