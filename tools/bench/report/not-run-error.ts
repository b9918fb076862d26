/** A row of the table cannot be measured on this machine. The message is the reason. */
export class NotRunError extends Error {}

/** Returns the reason why something cannot be measured. Throws any other error again. */
export function reasonOf(error: unknown): string {
  if (error instanceof NotRunError) return error.message
  throw error
}
