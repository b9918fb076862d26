import { hasErrorCode, JobsError } from './jobs-error.ts'

/** Reported when an output exceeds the engine's size limit. */
export class OutputTooLargeError extends JobsError {
  override readonly name = 'OutputTooLargeError'
  readonly code = 'output_too_large'
  /** The id of the definition whose handler returned the output. */
  readonly definitionId: string
  /** The size of the output, in bytes of UTF-8 JSON. */
  readonly bytes: number
  /** The engine's limit, in bytes. */
  readonly limitBytes: number

  constructor({ definitionId, bytes, limitBytes }: { definitionId: string; bytes: number; limitBytes: number }) {
    super(
      `The output of \`${definitionId}\` has ${bytes} bytes as JSON; the limit of the engine is ${limitBytes}. ` +
        'Store the data elsewhere and return its key.',
    )
    this.definitionId = definitionId
    this.bytes = bytes
    this.limitBytes = limitBytes
  }

  static override isInstance(error: unknown): error is OutputTooLargeError {
    return hasErrorCode(error, 'output_too_large')
  }
}
