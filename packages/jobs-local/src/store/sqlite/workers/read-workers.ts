import type { WorkerInfo } from '@cgk-platform/jobs-core/inspect'

import type { Connection } from '../file/connection.ts'
import { monotonicMs } from '../../../time/machine-clock.ts'
import { hasEnded, identifyProcess, placeOf } from './process-identity.ts'
import { phases } from '../tables/rows.ts'

interface WorkerRow {
  readonly id: number
  readonly process: string
  readonly heartbeat_ms: number
  readonly lease_ms: number
  readonly since_ms: number
  readonly running: number
  readonly definitions: string
}

const sql =
  'SELECT id, process, heartbeat_ms, lease_ms, since_ms, ' +
  `(SELECT count(*) FROM cgk_runs WHERE phase IN (${phases.held}, ${phases.joined}) AND cgk_runs.worker = cgk_workers.id) AS running, ` +
  '(SELECT json_group_array(definition_id) FROM cgk_definitions WHERE cgk_definitions.worker = cgk_workers.id) AS definitions ' +
  'FROM cgk_workers ORDER BY since_ms, id'

/** Reads the live workers of a file, by when they became workers. */
export function readWorkers(connection: Connection): WorkerInfo[] {
  const own = identifyProcess()
  const nowMs = monotonicMs()
  const dateOf = (ms: number): Date => new Date(Date.now() - nowMs + ms)
  const isAlive = ({ process, heartbeat_ms: heartbeatMs, lease_ms: leaseMs }: WorkerRow): boolean =>
    !hasEnded(process) && Math.abs(nowMs - heartbeatMs) <= leaseMs
  return connection
    .all<WorkerRow>(sql)
    .filter(isAlive)
    .map((row) => ({
      id: String(row.id),
      isThisProcess: row.process === own,
      ...placeOf(row.process),
      since: dateOf(row.since_ms),
      lastSeenAt: dateOf(row.heartbeat_ms),
      running: row.running,
      definitionIds: JSON.parse(row.definitions) as string[],
    }))
}
