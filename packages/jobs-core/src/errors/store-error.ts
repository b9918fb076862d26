import { hasErrorCode, JobsError } from './jobs-error.ts'

/** What is wrong with the file that jobs are kept in. */
export type StoreProblem =
  | 'no node:sqlite'
  | 'not found'
  | 'not a file'
  | 'not ours'
  | 'newer'
  | 'corrupt'
  | 'read-only'
  | 'full'
  | 'busy'
  | 'closed'
  | 'failed'

/** The file that jobs are kept in cannot be opened, read or written. Nothing was done by halves. */
export class StoreError extends JobsError {
  override readonly name = 'StoreError'
  readonly code = 'store'
  /** The jobs' file. */
  readonly path: string
  /** What is wrong with it, for programs. */
  readonly problem: StoreProblem

  constructor(
    { path, problem, says, remedy }: { path: string; problem: StoreProblem; says: string; remedy: string },
    options?: ErrorOptions,
  ) {
    super(`The jobs' file \`${path}\` ${says}. ${remedy}`, options)
    this.path = path
    this.problem = problem
  }

  static override isInstance(error: unknown): error is StoreError {
    return hasErrorCode(error, 'store')
  }
}
