// A registered symbol, so that an error made by another installed copy of this package is recognised too.
const marker = Symbol.for('@cgk-platform/jobs.error')

/**
 * Base of every error this library makes. `code` is stable and made for programs, `message` for people:
 * it says what failed and then what to do. A vendor's error arrives as the `cause`.
 */
export abstract class JobsError extends Error {
  /** Stable, snake case, the same for every error of a class. */
  abstract readonly code: string

  constructor(message: string, options?: ErrorOptions) {
    super(message, options)
    Object.defineProperty(this, marker, { value: true })
  }

  /** True for any error of this library, also one made by another installed copy of it. */
  static isInstance(error: unknown): error is JobsError {
    return typeof error === 'object' && error !== null && marker in error
  }
}

/** True for an error of this library, from any installed copy, that has this code. */
export function hasErrorCode(error: unknown, code: string): error is JobsError {
  return JobsError.isInstance(error) && error.code === code
}
