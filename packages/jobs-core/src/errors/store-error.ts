import { hasErrorCode, JobsError } from './jobs-error.ts'

/** The kind of problem with the file or the database. */
export type StoreProblem =
  | 'no node:sqlite'
  | 'not found'
  | 'not a file'
  | 'not ours'
  | 'older'
  | 'newer'
  | 'corrupt'
  | 'replaced'
  | 'read-only'
  | 'full'
  | 'busy'
  | 'unreachable'
  | 'unauthorized'
  | 'closed'
  | 'rejected'
  | 'failed'

/**
 * Thrown when the file or the database of an engine cannot be opened, read or written. If `problem` is `failed`, a write
 * may have been applied anyway, but never in part.
 */
export class StoreError extends JobsError {
  override readonly name = 'StoreError'
  readonly code = 'store'
  /** The path of the jobs' file, or the address of their database. */
  readonly path: string
  /** The kind of problem, for use in code. */
  readonly problem: StoreProblem

  constructor(
    {
      kind = 'file',
      path,
      problem,
      description,
      remedy,
    }: { kind?: 'file' | 'database'; path: string; problem: StoreProblem; description: string; remedy: string },
    options?: ErrorOptions,
  ) {
    super(`The jobs' ${kind} \`${path}\` ${description}. ${remedy}`, options)
    this.path = path
    this.problem = problem
  }

  static override isInstance(error: unknown): error is StoreError {
    return hasErrorCode(error, 'store')
  }
}
