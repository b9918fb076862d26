/** The maximum length of a `traceparent`. Version 00 has 55 characters, and later versions may have more. */
const maxLength = 256

const pattern = /^(?!ff)([0-9a-f]{2})-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(-[!-~]*)?$/

/** Returns whether a value is a `traceparent` of W3C Trace Context, also of a later version. */
export function isTraceparent(value: unknown): value is string {
  if (typeof value !== 'string' || value.length > maxLength) return false
  const [, version, more] = pattern.exec(value) ?? []
  return version !== undefined && (version !== '00' || more === undefined)
}
