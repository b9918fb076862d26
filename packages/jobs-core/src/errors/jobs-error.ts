// A registered symbol also recognizes errors of other installed copies of this package.
const marker = Symbol.for('@cgk-platform/jobs.error')

/**
 * The base class of every error of this library. `code` is stable, for use by programs. `message` says what failed and
 * what to do. `cause` is the underlying error, such as a vendor's.
 */
export abstract class JobsError extends Error {
  /** Identifies the error class. Stable, in snake case. */
  abstract readonly code: string

  constructor(message: string, options?: ErrorOptions) {
    super(message, options)
    Object.defineProperty(this, marker, { value: true })
  }

  /**
   * Returns true if `error` is an instance of this class, even one that another installed copy of the library created.
   */
  static isInstance(error: unknown): error is JobsError {
    try {
      return typeof error === 'object' && error !== null && marker in error
    } catch {
      return false // a revoked proxy
    }
  }
}

/** Returns true for an error of this library with this code, including errors of other installed copies. */
export function hasErrorCode(error: unknown, code: string): error is JobsError {
  return JobsError.isInstance(error) && error.code === code
}
