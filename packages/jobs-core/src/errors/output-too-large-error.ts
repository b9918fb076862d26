import { hasErrorCode, JobsError } from './jobs-error.ts'

/** An output over the size limit of its engine. Sizes are bytes of the output as UTF-8 JSON. */
export class OutputTooLargeError extends JobsError {
  override readonly name = 'OutputTooLargeError'
  readonly code = 'output_too_large'
  /** The definition whose handler returned it. */
  readonly definitionId: string
  /** How large the output is, as UTF-8 JSON. */
  readonly bytes: number
  /** How large the engine lets it be. */
  readonly limitBytes: number

  constructor({ definitionId, bytes, limitBytes }: { definitionId: string; bytes: number; limitBytes: number }) {
    super(
      `The output of \`${definitionId}\` has ${bytes} bytes as JSON, the limit of the engine is ${limitBytes}. ` +
        'Store it elsewhere, and return the key that it is found under.',
    )
    this.definitionId = definitionId
    this.bytes = bytes
    this.limitBytes = limitBytes
  }

  static override isInstance(error: unknown): error is OutputTooLargeError {
    return hasErrorCode(error, 'output_too_large')
  }
}
