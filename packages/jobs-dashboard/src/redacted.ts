/** Stands for a value that `redact` hides. */
export const redacted = '[redacted]'
