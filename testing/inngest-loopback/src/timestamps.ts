/** Formats an instant as RFC 3339 like Go and protobuf: without a fraction of zero. */
export function toTimestamp(ms: number): string {
  return new Date(ms).toISOString().replace('.000Z', 'Z')
}

/** Parses an instant: RFC 3339 or another date, or a number of seconds or milliseconds since 1970. */
export function parseInstant(text: string): number | undefined {
  const number = /^\d+$/.test(text) ? Number(text) : NaN
  const ms = Number.isNaN(number) ? Date.parse(text) : number < 1e11 ? number * 1000 : number
  return Number.isNaN(ms) ? undefined : ms
}
