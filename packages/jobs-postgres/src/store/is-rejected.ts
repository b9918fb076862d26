/** PostgreSQL's classes of errors for a value that it cannot store: data exceptions, violated constraints and exceeded limits. */
const rejectingClasses: readonly string[] = ['22', '23', '54']

/**
 * Returns whether a change can never be made: the database rejects a value of it, or it cannot even be turned into a
 * statement, as a text that is too long.
 */
export function isRejected(error: unknown): boolean {
  for (let one = error; one instanceof Error; one = one.cause) {
    if (one instanceof RangeError || one instanceof TypeError) return true
    const { code } = one as { code?: unknown }
    // Codes of PostgreSQL have capitals and digits. That of a `StoreError` is `store`.
    if (typeof code === 'string' && /^[\dA-Z]{5}$/u.test(code)) return rejectingClasses.includes(code.slice(0, 2))
  }
  return false
}
