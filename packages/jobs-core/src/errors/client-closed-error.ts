import { hasErrorCode, JobsError } from './jobs-error.ts'
import { quote } from './quote.ts'

/** Thrown when you call a closed client. Nothing was sent or changed. */
export class ClientClosedError extends JobsError {
  override readonly name = 'ClientClosedError'
  readonly code = 'client_closed'

  constructor({ operation }: { operation: string }) {
    super(
      `Cannot call ${quote(operation)}: this job client is closed. ` +
        'Create a new client with `createJobClient`. To replace the default client, pass the new one to `setJobClient`.',
    )
  }

  static override isInstance(error: unknown): error is ClientClosedError {
    return hasErrorCode(error, 'client_closed')
  }
}
