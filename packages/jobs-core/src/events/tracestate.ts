/** The maximum length of a `tracestate` that travels: what every participant of a W3C trace must forward. */
const maxLength = 512
const maxMembers = 32

const member =
  /^(?:[a-z][a-z0-9_\-*/]{0,255}|[a-z0-9][a-z0-9_\-*/]{0,240}@[a-z][a-z0-9_\-*/]{0,13})=[ -+\--<>-~]{0,255}[!-+\--<>-~]$/

/** Returns whether a value is a `tracestate` of W3C Trace Context, of at most 512 characters and 32 members. */
export function isTracestate(value: unknown): value is string {
  if (typeof value !== 'string' || value === '' || value.length > maxLength) return false
  const members = value.split(',').map((one) => one.trim())
  return members.length <= maxMembers && members.every((one) => one === '' || member.test(one))
}
