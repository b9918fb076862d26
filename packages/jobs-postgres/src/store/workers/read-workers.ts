import type { WorkerInfo } from '@cgk-platform/jobs-core/inspect'
import { hasEnded, identifyProcess, placeOf } from '@cgk-platform/jobs-local/engine'

import type { Queryable } from '../../database/database.ts'

interface InfoRow {
  readonly id: number
  readonly process: string
  readonly heartbeat_at: number
  readonly since: number
  readonly running: number
  readonly definitions: readonly string[]
}

const sql =
  'SELECT id, process, heartbeat_at, since, ' +
  "(SELECT count(*) FROM {schema}.open_runs r WHERE r.worker = w.id AND r.phase IN ('held', 'joined')) AS running, " +
  'ARRAY(SELECT definition FROM {schema}.definitions d WHERE d.worker = w.id ORDER BY definition) AS definitions ' +
  'FROM {schema}.workers w WHERE {schema}.now_ms() - heartbeat_at <= lease_ms ORDER BY since, id'

/** Reads the live workers, by when they became workers. */
export async function readWorkers(queryable: Queryable): Promise<WorkerInfo[]> {
  const own = identifyProcess()
  const rows = await queryable.query<InfoRow>(sql)
  return rows
    .filter(({ process }) => !hasEnded(process))
    .map((row) => ({
      id: String(row.id),
      isThisProcess: row.process === own,
      ...placeOf(row.process),
      since: new Date(row.since),
      lastSeenAt: new Date(row.heartbeat_at),
      running: row.running,
      definitionIds: row.definitions,
    }))
}

/** Most definitions to name. */
const maxDefinitions = 10

/** Returns the ids of some definitions that have waiting runs but no worker. */
export async function definitionsWithoutWorker(queryable: Queryable): Promise<string[]> {
  const hasWorker =
    'SELECT 1 FROM {schema}.definitions d JOIN {schema}.workers w ON w.id = d.worker WHERE d.definition = l.definition'
  const rows = await queryable.query<{ definition: string }>(
    `SELECT DISTINCT l.definition FROM {schema}.lanes l WHERE l.has_waiting AND NOT EXISTS (${hasWorker}) LIMIT $1`,
    [maxDefinitions],
  )
  return rows.map(({ definition }) => definition)
}
