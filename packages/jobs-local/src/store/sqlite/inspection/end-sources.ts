import type { InspectFilter } from '@cgk-platform/jobs-core/provider'

import type { Connection } from '../file/connection.ts'
import { countRows, type JobSource, type JobSources, type ReadLimits } from './job-source.ts'

/**
 * Returns the jobs of a filter by the end of their runs, from the indexes of ends. `undefined` for another filter, or if
 * there are more rows than a list can sort.
 */
export function endSources(
  connection: Connection,
  { endedSince, endedUntil }: InspectFilter,
  { maxSorted }: ReadLimits,
): JobSources | undefined {
  if (endedSince === undefined && endedUntil === undefined) return undefined
  const values = [endedSince ?? 0, endedUntil ?? Number.MAX_SAFE_INTEGER]
  const isIn = 'ended_at >= ? AND ended_at < ?'
  const sources: JobSource[] = [
    { from: `cgk_runs INDEXED BY cgk_runs_ended WHERE ${isIn}`, values, order: 'run' },
    { from: `cgk_jobs INDEXED BY cgk_jobs_ended WHERE ${isIn}`, values, order: 'seq' },
  ]
  if (maxSorted !== undefined && countRows(connection, sources, maxSorted) >= maxSorted) return undefined
  return { sources, met: ['endedSince', 'endedUntil'] }
}
