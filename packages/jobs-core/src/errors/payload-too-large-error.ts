import { hasErrorCode, JobsError } from './jobs-error.ts'

/** A payload over the size limit. Sizes are bytes of the payload as UTF-8 JSON. */
export class PayloadTooLargeError extends JobsError {
  override readonly name = 'PayloadTooLargeError'
  readonly code = 'payload_too_large'
  /** How large the payload is, as UTF-8 JSON. */
  readonly bytes: number
  /** How large the client lets it be. */
  readonly limitBytes: number

  constructor({ event, bytes, limitBytes }: { event: string; bytes: number; limitBytes: number }) {
    super(
      `The payload of \`${event}\` has ${bytes} bytes as JSON, the limit is ${limitBytes}. ` +
        'Send an id and load the data in the job, or raise `maxPayloadBytes` where the engine allows more.',
    )
    this.bytes = bytes
    this.limitBytes = limitBytes
  }

  static override isInstance(error: unknown): error is PayloadTooLargeError {
    return hasErrorCode(error, 'payload_too_large')
  }
}
