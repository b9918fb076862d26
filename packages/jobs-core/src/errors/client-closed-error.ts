import { hasErrorCode, JobsError } from './jobs-error.ts'

/** A send, cancel or retry through a client that was closed. Nothing was sent. */
export class ClientClosedError extends JobsError {
  override readonly name = 'ClientClosedError'
  readonly code = 'client_closed'

  constructor({ operation }: { operation: string }) {
    super(
      `\`${operation}\` was refused: this job client is closed. ` +
        'Make a new one with `createJobClient` (and give it to `setJobClient`, where it was the default one).',
    )
  }

  static override isInstance(error: unknown): error is ClientClosedError {
    return hasErrorCode(error, 'client_closed')
  }
}
