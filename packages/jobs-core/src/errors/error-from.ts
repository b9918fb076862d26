import type { JobErrorInfo } from './error-info.ts'

/** Returns an `Error` with the stored name, message, code, stack and causes. Its class is not restored. */
export function errorFrom({ name, message, code, stack, cause }: JobErrorInfo): Error {
  const error = new Error(message, cause && { cause: errorFrom(cause) })
  return Object.assign(error, { name, ...(code !== undefined && { code }), ...(stack !== undefined && { stack }) })
}
