/** The value for an error whose name could be different each time. From the semantic conventions. */
const other = '_OTHER'
const name = /^[A-Za-z_$][\w$.]{0,63}$|^-?\d{1,9}$|^[0-9A-Z]{5}$/

/** The most different values of a process, besides codes after which a class is named: there are few of these. */
const maxTypes = 200

const known = new Set<string>()

/** Returns the `error.type` of an error: its code or name, for a step that failed those of its cause. */
export function errorTypeOf(error: unknown): string {
  const { code, name: className, cause } = (error ?? {}) as Partial<Record<'code' | 'name' | 'cause', unknown>>
  if (code === 'step_failed' && cause !== undefined) return errorTypeOf(cause)
  const texts = [code, className].map((value) => (Number.isInteger(value) ? String(value) : value))
  const type = texts.find((value): value is string => typeof value === 'string' && name.test(value))
  if (type === undefined) return other
  if (type === code && className === classOf(type)) return type
  if (known.size >= maxTypes && !known.has(type)) return other
  known.add(type)
  return type
}

/** Returns the name of the class of a code: `card_declined` is that of `CardDeclinedError`. */
function classOf(code: string): string {
  return `${code.replace(/(?:^|_)([a-z])/g, (_, letter: string) => letter.toUpperCase())}Error`
}

/** Returns the message of an error; an empty string if it has none. */
export function messageOf(error: unknown): string {
  const message = ((error ?? {}) as { readonly message?: unknown }).message
  return typeof message === 'string' ? message : ''
}
