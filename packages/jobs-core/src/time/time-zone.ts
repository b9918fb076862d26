import { InvalidDefinitionError } from '../errors/invalid-definition-error.ts'

/** A stretch of time over which a zone keeps one offset, in milliseconds; a wall clock reads instant + `offsetMs`. */
export interface OffsetSegment {
  /** Inclusive. */
  readonly startMs: number
  /** Exclusive. The offset may go on after it: segments end at computed periods too. */
  readonly endMs: number
  readonly offsetMs: number
}

/**
 * Checks that `timezone` is a name of the IANA time zone database, spelled as there: an engine may be stricter
 * about capitals than this runtime.
 *
 * @throws {InvalidDefinitionError} naming `what` and the field `timezone`.
 */
export function checkTimeZone(timezone: unknown, what: string): asserts timezone is string {
  const refusal = (problem: string, remedy = "Give an IANA name such as `'Europe/London'`, or leave it out for UTC.") =>
    new InvalidDefinitionError({ what, field: 'timezone', problem, remedy })
  if (typeof timezone !== 'string') throw refusal(`is not a string: \`${String(timezone)}\``)
  if (timezone.trim() === '') throw refusal('is empty')
  if (/^[+-]\d/.test(timezone)) throw refusal(`is a fixed offset, not a time zone: \`${timezone}\``)
  const resolved = nameOf(timezone)
  if (resolved === undefined) throw refusal(`is not a known time zone: \`${timezone}\``)
  if (resolved !== timezone && resolved.toLowerCase() === timezone.toLowerCase()) {
    throw refusal(`is misspelled: \`${timezone}\``, `Write \`'${resolved}'\`.`)
  }
  // The runtime answers for an alias with another name, so its capitals can only be checked by their pattern.
  if (/(^|\/)[a-z]/.test(timezone)) throw refusal(`is misspelled: \`${timezone}\``, 'Mind the capitals of IANA names.')
}

/** What the runtime calls a time zone; `undefined` where it does not know it. */
function nameOf(timezone: string): string | undefined {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: timezone }).resolvedOptions().timeZone
  } catch {
    return undefined
  }
}

const dayMs = 86_400_000
const periodMs = 364 * dayMs
// Divides the period, and is too short to hold two changes: the closest since 1970 lie 7 days apart (Brazil in 2000).
const probeMs = 4 * dayMs

const segmentsByZone = new Map<string, Map<number, readonly OffsetSegment[]>>()

/** The segment of a known zone that holds an instant. Offsets are looked up once per zone and period of 364 days. */
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

/** The offsets of a known zone, in milliseconds, as the runtime tells them: `GMT`, `GMT+05:30`, `GMT-00:44:30`. */
function offsetsOf(timezone: string): (atMs: number) => number {
  const format = new Intl.DateTimeFormat('en-US', { timeZone: timezone, timeZoneName: 'longOffset' })
  return (atMs) => {
    const [, sign, hours, minutes, seconds = 0] = /([+-])(\d\d):(\d\d)(?::(\d\d))?$/.exec(format.format(atMs)) ?? []
    if (sign === undefined) return 0
    const offsetMs = ((Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1000
    return sign === '-' ? -offsetMs : offsetMs
  }
}

/** The first whole second at which `isAfter` holds, when it does at `afterMs` and not yet at `beforeMs`. */
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
