import type { JobErrorInfo } from './error-info.ts'

/** An Error again from what was kept of one. Its class is lost; name, message, code, stack and causes are there. */
export function errorFrom({ name, message, code, stack, cause }: JobErrorInfo): Error {
  const error = new Error(message, cause && { cause: errorFrom(cause) })
  return Object.assign(error, { name, ...(code !== undefined && { code }), ...(stack !== undefined && { stack }) })
}
