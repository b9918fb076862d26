/** The value for an error whose name could be different each time. From the semantic conventions. */
const other = '_OTHER'
const name = /^[A-Za-z_$][\w$.]{0,63}$/

/** Returns the `error.type` of an error: its code or name. The number of different values stays small. */
export function errorTypeOf(error: unknown): string {
  const { code, name: className } = (error ?? {}) as { readonly code?: unknown; readonly name?: unknown }
  for (const value of [code, className]) if (typeof value === 'string' && name.test(value)) return value
  return other
}

/** Returns the message of an error; an empty string if it has none. */
export function messageOf(error: unknown): string {
  const message = ((error ?? {}) as { readonly message?: unknown }).message
  return typeof message === 'string' ? message : ''
}
