import type { JobState } from '@cgk-platform/jobs-core'
import type { InspectFilter } from '@cgk-platform/jobs-core/provider'

import type { Connection } from '../file/connection.ts'
import { firstSeq } from '../tables/segments-table.ts'
import { type Condition, conditionOf } from './job-conditions.ts'
import { jobLanes } from './job-lanes.ts'
import { allJobs, countRows, type JobSource, type JobSources, type ReadLimits } from './job-source.ts'
import { stateSources } from './state-sources.ts'
import { type TimeRange, timeRangeOf } from './time-range.ts'

/** Where to find the jobs that match a filter. */
export interface JobsToRead {
  readonly sources: readonly JobSource[]
  /** The number of their rows, at most the maximum. */
  readonly rows: number
  /** The condition that the jobs must still meet. */
  readonly condition: Condition
}

/** Returns the sources with the fewest rows for a filter. */
export function sourcesFor(connection: Connection, filter: InspectFilter, limits: ReadLimits): JobsToRead {
  const time = timeRangeOf(connection, filter)
  const range = rangeOf(connection, filter, time)
  let best: (JobSources & { readonly rows: number }) | undefined
  for (const { sources: candidates, met } of candidatesFor(connection, filter, limits)) {
    const sources = candidates.map((source) => within(source, range))
    const rows = countRows(connection, sources, best?.rows ?? limits.max)
    if (!best || rows < best.rows) best = { sources, met, rows }
  }
  const { sources, rows, met } = best!
  const isMet = (name: string): boolean =>
    met.includes(name as keyof InspectFilter) && (time.isExact || (name !== 'since' && name !== 'until'))
  const left = Object.entries(filter).filter(([name]) => !isMet(name))
  return { sources, rows, condition: conditionOf(Object.fromEntries(left), time) }
}

function* candidatesFor(connection: Connection, filter: InspectFilter, limits: ReadLimits): Generator<JobSources> {
  const { tenantId, definitionId, reference, states, errorText, errorGroup } = filter
  const found = states && stateSources(connection, filter, limits)
  const ofStates = found && { sources: found, met: [] }
  // A list of a tenant's jobs must read on until one of them: its cursor names no other job.
  const isFirst = states === undefined || tenantId === undefined || isOfTenant(states)
  if (ofStates && isFirst) yield ofStates
  const lanes = jobLanes(connection, filter, limits.max)
  if (lanes && tenantId !== undefined) yield lanes
  if (ofStates && !isFirst) yield ofStates
  if (reference !== undefined) {
    const from = 'cgk_references WHERE reference = ?'
    yield { sources: [{ from, values: [reference], order: 'job' }], met: ['reference'] }
  }
  if (errorText !== undefined) {
    const from = 'cgk_runs INDEXED BY cgk_runs_error WHERE error IS NOT NULL'
    yield { sources: [{ from, values: [], order: 'run' }], met: [] }
  }
  if (errorGroup !== undefined) {
    // By run if the definition is named.
    const from =
      "cgk_runs INDEXED BY cgk_runs_failed WHERE error_group IS NOT NULL AND error_group = ? AND state IN ('failed', 'retrying')"
    const source: JobSource =
      definitionId === undefined
        ? { from, values: [errorGroup], order: 'run', mustSort: true }
        : { from: `${from} AND definition_id = ?`, values: [errorGroup, definitionId], order: 'run' }
    yield { sources: [source], met: definitionId === undefined ? ['errorGroup'] : ['errorGroup', 'definitionId'] }
  }
  const ends = endSources(connection, filter, limits)
  if (ends) yield ends
  if (lanes && tenantId === undefined) yield lanes
  yield { sources: [allJobs], met: ['since', 'until'] }
}

/** Returns whether the sources of some states, with a tenant, have no long parts without jobs of that tenant. */
function isOfTenant(states: readonly JobState[]): boolean {
  return states.every((state) => state === 'failed' || state === 'retrying' || state === 'queued')
}

/** The ids, and the `seq`, between which the jobs are that were sent in a time range. */
interface Range {
  readonly ids: readonly [above: string, below: string]
  readonly seqs: readonly [above: number, below: number]
}

function rangeOf(
  connection: Connection,
  { since, until }: InspectFilter,
  { above, below }: TimeRange,
): Range | undefined {
  if (since === undefined && until === undefined) return undefined
  const last = firstSeq(connection, true, below) ?? 0
  return { ids: [above, below], seqs: [firstSeq(connection, false, above) ?? last, last] }
}

/** Limits a source to a time range. By `seq`, some jobs at its ends are outside of it. */
function within(source: JobSource, range: Range | undefined): JobSource {
  if (!range) return source
  const { from, values, order } = source
  const [above, below] =
    order === 'id' ? range.ids : order === 'run' ? range.seqs.map((seq) => (seq + 1) * 2 ** 20 - 1) : range.seqs
  return { ...source, from: `${from} AND ${order} > ? AND ${order} < ?`, values: [...values, above, below] }
}

/**
 * Returns the jobs of a filter by the end of their runs, from the indexes of ends. `undefined` for another filter, or if
 * there are more rows than a list can sort.
 */
function endSources(
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
