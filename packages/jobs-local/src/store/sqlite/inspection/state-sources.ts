import type { JobState } from '@cgk-platform/jobs-core'
import { cronJobIdOf, type InspectFilter } from '@cgk-platform/jobs-core/provider'

import type { Connection } from '../file/connection.ts'
import { inWindow } from '../tables/jobs-table.ts'
import { unclaimed } from '../tables/unclaimed-jobs.ts'
import { phases, waitsForSlot } from '../tables/rows.ts'
import { eventsOf, countRows, type JobSource, type ReadLimits } from './job-source.ts'

const { held, gathering, joined } = phases

/**
 * Number of definitions whose runs are read side by side. SQLite combines at most 500 sources, of which each definition
 * can have seven.
 */
const maxDefinitions = 40

/** Returns the jobs that may be in some states, from indexes of these states. `undefined` if one has no index. */
export function stateSources(
  connection: Connection,
  filter: InspectFilter,
  limits: ReadLimits,
): JobSource[] | undefined {
  const definitions =
    definitionsFor(connection, filter) ?? definitionsIn(connection, `INDEXED BY cgk_runs_state WHERE ${isRare}`)
  const runs = (state: JobState): JobSource[] | undefined => {
    if (definitions.length > maxDefinitions) return runsOfMany(connection, state, filter, limits.max)
    return state === 'queued' ? queuedRuns(connection, filter, definitions, limits) : runsIn(state, filter, definitions)
  }
  const sources = filter.states!.map((state) => {
    switch (state) {
      case 'completed':
        return undefined
      case 'running':
        return running
      case 'queued':
        return runs(state)?.concat(
          [inWindow, unclaimed].map((from) => ({ from, values: [], order: 'seq' })),
          jobsIn('arrived'),
        )
      case 'unhandled':
        return [jobsIn(state)]
      case 'scheduled':
      case 'cancelled':
        return runs(state)?.concat(jobsIn(state))
      default:
        return runs(state)
    }
  })
  return sources.every((some) => some !== undefined) ? sources.flat() : undefined
}

/** Runs that hold slots, and workflows that are suspended. */
const running: readonly JobSource[] = [
  {
    from: `cgk_runs INDEXED BY cgk_runs_turn WHERE phase IN (${held}, ${joined})`,
    values: [],
    order: 'run',
    mustSort: true,
  },
  ...['asleep', 'awake'].map((pause): JobSource => ({
    from: 'cgk_runs INDEXED BY cgk_runs_paused WHERE pause IS NOT NULL AND pause = ?',
    values: [pause],
    order: 'run',
  })),
]

/** Jobs without runs. */
function jobsIn(state: 'arrived' | 'scheduled' | 'cancelled' | 'unhandled'): JobSource {
  return { from: `cgk_jobs INDEXED BY cgk_jobs_${state} WHERE state = '${state}'`, values: [], order: 'id' }
}

/** The index of states has no others, because most runs are in these. */
const isRare = "state <> 'running' AND state <> 'completed'"

function runsIn(state: JobState, { tenantId }: InspectFilter, definitions: readonly string[]): JobSource[] {
  if (tenantId !== undefined && hasError(state)) return [failedOf(tenantId, state)]
  const from = `cgk_runs INDEXED BY cgk_runs_state WHERE ${isRare} AND definition_id = ? AND state = ?`
  return definitions.map((id) => ({ from, values: [id, state], order: 'run' }))
}

/** Returns the runs of many definitions. `undefined` if they are not in an index, and so many that they are among all. */
function runsOfMany(
  connection: Connection,
  state: JobState,
  { tenantId }: InspectFilter,
  max: number,
): JobSource[] | undefined {
  if (hasError(state)) {
    if (tenantId !== undefined) return [failedOf(tenantId, state)]
    return [{ from: 'cgk_runs INDEXED BY cgk_runs_error WHERE error IS NOT NULL', values: [], order: 'run' }]
  }
  const from = `cgk_runs INDEXED BY cgk_runs_state WHERE ${isRare}`
  const isFew = countRows(connection, [{ from, values: [], order: 'run' }], max) < max
  return isFew ? [{ from: `${from} AND state = ?`, values: [state], order: 'run', mustSort: true }] : undefined
}

function hasError(state: JobState): boolean {
  return state === 'failed' || state === 'retrying'
}

function failedOf(tenantId: string, state: JobState): JobSource {
  const from = 'cgk_runs INDEXED BY cgk_runs_tenant_error WHERE error IS NOT NULL AND tenant = ? AND state = ?'
  return { from, values: [tenantId, state], order: 'run' }
}

/** Returns the queued runs. Those of a tenant are from the index of turns, and must be sorted, unless they are too many. */
function queuedRuns(
  connection: Connection,
  { tenantId }: InspectFilter,
  definitions: readonly string[],
  { maxSorted }: ReadLimits,
): JobSource[] {
  const runs = runsIn('queued', {}, definitions)
  if (tenantId === undefined) return runs
  const own: JobSource = {
    from:
      `cgk_runs INDEXED BY cgk_runs_turn WHERE phase IN (${waitsForSlot}, ${gathering}) ` +
      'AND definition_id IN (SELECT value FROM json_each(?)) AND tenant = ?',
    values: [JSON.stringify(definitions), tenantId],
    order: 'run',
    mustSort: true,
  }
  return maxSorted === undefined || countRows(connection, [own], maxSorted) < maxSorted ? [own] : runs
}

/**
 * Returns the definitions of all runs that a job which matches can have: a run of another definition than the filter's
 * may determine the state of the job.
 */
function definitionsFor(connection: Connection, filter: InspectFilter): string[] | undefined {
  const sql = 'SELECT definition_id AS id FROM cgk_handled WHERE event = ?'
  const ids = eventsOf(connection, filter)?.flatMap((event) => [
    ...connection.all<{ id: string }>(sql, event).map(({ id }) => id),
    ...[cronJobIdOf(event) ?? []].flat(),
  ])
  return ids && [...new Set(ids)]
}

/** Returns the definitions in a part of an index, not all of too many. Jumps from one to the next through it. */
function definitionsIn(connection: Connection, part: string): string[] {
  const least = `SELECT min(definition_id) FROM cgk_runs ${part}`
  const sql =
    `WITH RECURSIVE found(id) AS (${least} UNION ALL SELECT (${least} AND definition_id > found.id) FROM found ` +
    `WHERE found.id IS NOT NULL LIMIT ${maxDefinitions + 1}) SELECT id FROM found WHERE id IS NOT NULL`
  return connection.all<{ id: string }>(sql).map(({ id }) => id)
}
