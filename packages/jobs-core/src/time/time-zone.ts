import { InvalidDefinitionError } from '../errors/invalid-definition-error.ts'
import { quote } from '../errors/quote.ts'

/**
 * A period in which a time zone has one UTC offset. Local time is the time plus `offsetMs`. All values in
 * milliseconds.
 */
export interface OffsetSegment {
  /** Inclusive. */
  readonly startMs: number
  /** Exclusive. The next segment can have the same offset, because segments also end where a lookup period ends. */
  readonly endMs: number
  readonly offsetMs: number
}

/**
 * Checks that `timezone` is an IANA time zone name in its exact spelling. An engine may be stricter about capital
 * letters than this runtime.
 *
 * @throws {InvalidDefinitionError} naming `what` and the field `timezone`.
 */
export function checkTimeZone(timezone: unknown, what: string): asserts timezone is string {
  const refusal = (problem: string, remedy = "Use an IANA name such as `'Europe/London'`, or omit it for UTC.") =>
    new InvalidDefinitionError({ what, field: 'timezone', problem, remedy })
  if (typeof timezone !== 'string') throw refusal(`is not a string: ${quote(timezone)}`)
  if (timezone.trim() === '') throw refusal('is empty')
  if (/^[+-]\d/.test(timezone)) throw refusal(`is a fixed offset, not a time zone: ${quote(timezone)}`)
  const resolved = nameOf(timezone)
  if (resolved === undefined) throw refusal(`is not a known time zone: ${quote(timezone)}`)
  if (resolved !== timezone && resolved.toLowerCase() === timezone.toLowerCase()) {
    throw refusal(`is misspelled: ${quote(timezone)}`, `Write \`'${resolved}'\`.`)
  }
  // The runtime resolves an alias to another name, so only the pattern of its capital letters can be checked.
  if (/(^|\/)[a-z]/.test(timezone))
    throw refusal(`is misspelled: ${quote(timezone)}`, 'Check the capital letters of the IANA name.')
}

/** Returns the runtime's name of a time zone, or `undefined` if it is unknown. */
function nameOf(timezone: string): string | undefined {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: timezone }).resolvedOptions().timeZone
  } catch {
    return undefined
  }
}

const dayMs = 86_400_000
const periodMs = 364 * dayMs
// Divides the period, and is too short for two changes: the closest since 1970 are 7 days apart (Brazil in 2000).
const probeMs = 4 * dayMs

const segmentsByZone = new Map<string, Map<number, readonly OffsetSegment[]>>()

/** Returns the segment of a known zone at a time. Offsets are looked up once per zone and period of 364 days. */
export function offsetSegmentAt(timezone: string, atMs: number): OffsetSegment {
  let periods = segmentsByZone.get(timezone)
  if (!periods) segmentsByZone.set(timezone, (periods = new Map()))
  const period = Math.floor(atMs / periodMs)
  let segments = periods.get(period)
  if (!segments) periods.set(period, (segments = segmentsOfPeriod(timezone, period * periodMs)))
  return segments.find(({ endMs }) => atMs < endMs)!
}

function segmentsOfPeriod(timezone: string, periodStartMs: number): OffsetSegment[] {
  const offsetAt = offsetsOf(timezone)
  const periodEndMs = periodStartMs + periodMs
  const segments: OffsetSegment[] = []
  let startMs = periodStartMs
  let offsetMs = offsetAt(startMs)
  for (let probedMs = startMs; probedMs < periodEndMs; probedMs += probeMs) {
    const laterOffsetMs = offsetAt(probedMs + probeMs)
    if (laterOffsetMs === offsetMs) continue
    const endMs = changeBetween(probedMs, probedMs + probeMs, (atMs) => offsetAt(atMs) !== offsetMs)
    segments.push({ startMs, endMs, offsetMs })
    startMs = endMs
    offsetMs = laterOffsetMs
  }
  segments.push({ startMs, endMs: periodEndMs, offsetMs })
  return segments
}

/**
 * Returns a function for the offsets of a known zone, in milliseconds. The runtime formats them as `GMT`,
 * `GMT+05:30`, `GMT-00:44:30`.
 */
function offsetsOf(timezone: string): (atMs: number) => number {
  const format = new Intl.DateTimeFormat('en-US', { timeZone: timezone, timeZoneName: 'longOffset' })
  return (atMs) => {
    const [, sign, hours, minutes, seconds = 0] = /([+-])(\d\d):(\d\d)(?::(\d\d))?$/.exec(format.format(atMs)) ?? []
    if (sign === undefined) return 0
    const offsetMs = ((Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1000
    return sign === '-' ? -offsetMs : offsetMs
  }
}

/** Returns the first whole second for which `isAfter` is true. It is false at `beforeMs` and true at `afterMs`. */
function changeBetween(beforeMs: number, afterMs: number, isAfter: (atMs: number) => boolean): number {
  let before = beforeMs / 1000
  let after = afterMs / 1000
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2)
    if (isAfter(middle * 1000)) after = middle
    else before = middle
  }
  return after * 1000
}
