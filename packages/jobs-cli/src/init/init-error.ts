/** Why `init` has written nothing. */
export type InitErrorCode =
  | 'no_folder'
  | 'no_package_json'
  | 'broken_package_json'
  | 'missing_flags'
  | 'changed_meanwhile'

/** `init` was called where, or in a way that, it can do nothing. Nothing was written. */
export class InitError extends Error {
  override readonly name = 'InitError'
  readonly code: InitErrorCode

  constructor({ code, message, cause }: { code: InitErrorCode; message: string; cause?: unknown }) {
    super(message, { cause })
    this.code = code
  }
}
