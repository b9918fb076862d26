/** The reasons why `init` writes nothing. */
export type InitErrorCode =
  | 'no_folder'
  | 'no_package_json'
  | 'broken_package_json'
  | 'missing_flags'
  | 'changed_meanwhile'

/** `init` cannot run in this folder or with these flags. It has written nothing. */
export class InitError extends Error {
  override readonly name = 'InitError'
  readonly code: InitErrorCode

  constructor({ code, message, cause }: { code: InitErrorCode; message: string; cause?: unknown }) {
    super(message, { cause })
    this.code = code
  }
}
