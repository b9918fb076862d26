/** The reasons why `codemod` writes nothing. */
export type CodemodErrorCode =
  | 'no_path'
  | 'no_parser'
  | 'nothing_found'
  | 'broken_file'
  | 'uncommitted_changes'
  | 'no_git'

/** `codemod` cannot run with these arguments or on these files. It has written nothing. */
export class CodemodError extends Error {
  override readonly name = 'CodemodError'
  readonly code: CodemodErrorCode

  constructor({ code, message, cause }: { code: CodemodErrorCode; message: string; cause?: unknown }) {
    super(message, { cause })
    this.code = code
  }
}
