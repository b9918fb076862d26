import type { JobState } from '@cgk-platform/jobs-core'
import { cronJobIdOf, type InspectFilter } from '@cgk-platform/jobs-core/provider'

import type { Connection } from '../connection.ts'
import { phases } from '../rows.ts'
import { eventsOf } from './events-of.ts'
import { countRows, type JobSource } from './job-source.ts'

const { ready, held, suspect, gathering, joined } = phases

/** Returns the jobs that may be in some states, from indexes of these states. `undefined` if one has no index. */
export function stateSources(connection: Connection, filter: InspectFilter, max: number): JobSource[] | undefined {
  const definitions = definitionsFor(connection, filter)
  const sources = filter.states!.map((state) => {
    switch (state) {
      case 'completed':
        return undefined
      case 'running':
        return running
      case 'queued':
        return [...queuedRuns(connection, filter, definitions, max), arrived]
      case 'scheduled':
      case 'cancelled':
        return [jobsIn(state), ...runsIn(state, filter, definitions)]
      default:
        return runsIn(state, filter, definitions)
    }
  })
  return sources.every((some) => some !== undefined) ? sources.flat() : undefined
}

/** Jobs that wait for their runs. */
const arrived: JobSource = {
  from: "cgk_jobs WHERE seq > (SELECT taken FROM cgk_meta) AND state = 'queued'",
  values: [],
  order: 'seq',
}

/** Runs that hold slots, and workflows that are suspended. */
const running: readonly JobSource[] = [
  { from: `cgk_runs INDEXED BY cgk_runs_turn WHERE phase IN (${held}, ${joined})`, values: [], order: 'run' },
  ...['asleep', 'awake'].map((pause): JobSource => ({
    from: 'cgk_runs INDEXED BY cgk_runs_paused WHERE pause IS NOT NULL AND pause = ?',
    values: [pause],
    order: 'run',
  })),
]

/** Jobs without runs. */
function jobsIn(state: 'scheduled' | 'cancelled'): JobSource {
  return { from: `cgk_jobs INDEXED BY cgk_jobs_${state} WHERE state = '${state}'`, values: [], order: 'id' }
}

function runsIn(state: JobState, { tenantId }: InspectFilter, definitions?: readonly string[]): JobSource[] {
  const isRare = "state NOT IN ('running', 'completed', 'queued')"
  const from = (index: string, column: string): string =>
    `cgk_runs INDEXED BY ${index} WHERE ${isRare} AND ${column} = ? AND state = ?`
  if (tenantId !== undefined) {
    return [{ from: from('cgk_runs_tenant_state', 'tenant'), values: [tenantId, state], order: 'run' }]
  }
  return definitions
    ? definitions.map((id) => ({
        from: from('cgk_runs_definition_state', 'definition_id'),
        values: [id, state],
        order: 'run',
      }))
    : [allRunsIn(state)]
}

function allRunsIn(state: JobState): JobSource {
  const from = "cgk_runs INDEXED BY cgk_runs_state WHERE state NOT IN ('running', 'completed') AND state = ?"
  return { from, values: [state], order: 'run' }
}

/** Returns the queued runs of a tenant or of definitions, if they are few. Otherwise there are enough among all. */
function queuedRuns(
  connection: Connection,
  { tenantId }: InspectFilter,
  definitions: readonly string[] | undefined,
  max: number,
): JobSource[] {
  if (tenantId === undefined && !definitions) return [allRunsIn('queued')]
  const tenant = tenantId === undefined ? [] : [tenantId]
  const lanes = [ready, suspect, gathering].flatMap((phase) =>
    (definitions ?? definitionsIn(connection, phase)).map((id): JobSource => ({
      from: `cgk_runs INDEXED BY cgk_runs_turn WHERE phase = ? AND definition_id = ?${tenantId === undefined ? '' : ' AND tenant = ?'}`,
      values: [phase, id, ...tenant],
      order: 'run',
    })),
  )
  return countRows(connection, lanes, max) < max ? lanes : [allRunsIn('queued')]
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

/** Returns the definitions that have runs in a phase. Jumps from one to the next through the index. */
function definitionsIn(connection: Connection, phase: number): string[] {
  const least = 'SELECT min(definition_id) FROM cgk_runs WHERE phase = ?1'
  const sql =
    `WITH RECURSIVE found(id) AS (${least} UNION ALL SELECT (${least} AND definition_id > found.id) FROM found ` +
    'WHERE found.id IS NOT NULL) SELECT id FROM found WHERE id IS NOT NULL'
  return connection.all<{ id: string }>(sql, phase).map(({ id }) => id)
}
