import { hasErrorCode, JobsError } from './jobs-error.ts'

/** The value of `context.signal.reason` when the engine closes before the attempt ends. */
export class ShutdownError extends JobsError {
  override readonly name = 'ShutdownError'
  readonly code = 'shutdown'

  constructor() {
    super(
      'The engine is closing. Stop the work. An engine with a durable store runs the attempt again after a restart.',
    )
  }

  static override isInstance(error: unknown): error is ShutdownError {
    return hasErrorCode(error, 'shutdown')
  }
}
