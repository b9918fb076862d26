import type { InspectFilter } from '@cgk-platform/jobs-core/provider'
import { beforeJobIdsSince } from '@cgk-platform/jobs-core/scheduling'

import type { Connection } from '../file/connection.ts'
import { maxLeadMs } from '../tables/segments-table.ts'

/** The ids between which the jobs of a filter are, without these. */
export interface TimeRange {
  readonly above: string
  readonly below: string
  /** False if jobs between them may have been sent before or after the times of the filter. */
  readonly isExact: boolean
}

/** Returns the ids between which the jobs are that were sent in the times of a filter. */
export function timeRangeOf(connection: Connection, { since, until }: InspectFilter): TimeRange {
  if (since === undefined && until === undefined) return { above: '', below: '~', isExact: true }
  // Ids of a process increase, so after its clock was set back they begin with a later time than that of the send.
  const leadMs = maxLeadMs(connection)
  return {
    above: since === undefined ? '' : beforeJobIdsSince(since),
    below: until === undefined ? '~' : beforeJobIdsSince(until + leadMs),
    isExact: leadMs === 0,
  }
}
