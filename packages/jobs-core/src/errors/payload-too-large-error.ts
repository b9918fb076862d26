import { hasErrorCode, JobsError } from './jobs-error.ts'
import { quote } from './quote.ts'

/** Thrown when a payload exceeds the size limit. */
export class PayloadTooLargeError extends JobsError {
  override readonly name = 'PayloadTooLargeError'
  readonly code = 'payload_too_large'
  /** The size of the payload, in bytes of UTF-8 JSON. */
  readonly bytes: number
  /** The client's limit, in bytes. */
  readonly limitBytes: number

  constructor({ event, bytes, limitBytes }: { event: string; bytes: number; limitBytes: number }) {
    super(
      `The payload of ${quote(event)} has ${bytes} bytes as JSON; the limit is ${limitBytes}. ` +
        'Send an id and load the data in the job, or raise `maxPayloadBytes` if the engine allows more.',
    )
    this.bytes = bytes
    this.limitBytes = limitBytes
  }

  static override isInstance(error: unknown): error is PayloadTooLargeError {
    return hasErrorCode(error, 'payload_too_large')
  }
}
