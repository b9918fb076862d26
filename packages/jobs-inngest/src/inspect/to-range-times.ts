import type { InspectFilter } from '@cgk-platform/jobs-core/provider'

/** Maximum time between the send of an event and its receipt or its first run that a time range allows for. */
const receiptMs = 60_000
/** The last time that Inngest can read: years have four digits. */
const lastTimeMs = Date.UTC(9999, 11, 31)

/** Returns the times of the engine in which events and first runs of the jobs of a filter are. */
export function toRangeTimes(
  { since, until }: Pick<InspectFilter, 'since' | 'until'>,
  offsetMs: number,
): { readonly from?: string; readonly until?: string } {
  return {
    ...(since !== undefined && { from: toTime(since + offsetMs - receiptMs) }),
    ...(until !== undefined && { until: toTime(until + offsetMs + receiptMs) }),
  }
}

function toTime(ms: number): string {
  return new Date(Math.min(Math.max(0, ms), lastTimeMs)).toISOString()
}
