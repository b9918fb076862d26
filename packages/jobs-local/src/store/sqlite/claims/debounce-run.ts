import type { DebounceTimes } from '@cgk-platform/jobs-core/scheduling'

import { arrivedAt, quietUntil } from '../../../rules/debounce.ts'
import { enterState } from '../../../records/enter-state.ts'
import type { StoredRun } from '../../../records/stored-run.ts'
import type { Connection } from '../file/connection.ts'
import { keyOf } from '../tables/rows.ts'
import { storedKeyOf } from '../tables/stored-keys.ts'

interface OpenRow {
  readonly run: number
  readonly since: number
  readonly job: string
}

/** A run is `scheduled` only while it waits for its quiet period. The partial index has the same condition. */
const openSql =
  'SELECT run, debounced_since AS since, (SELECT id FROM cgk_jobs WHERE seq = run >> 20) AS job FROM cgk_runs INDEXED BY cgk_runs_debounced ' +
  "WHERE state = 'scheduled' AND definition_id = ? AND tenant = ? AND debounce_key = ? AND due_at > ? " +
  'ORDER BY due_at DESC LIMIT 1'

/**
 * Makes a new run, which was just written, wait for its quiet period. It supersedes the run of its definition,
 * tenant and key within whose quiet period its job came. Returns the id of that run's job.
 */
export function debounceRun(
  connection: Connection,
  run: StoredRun,
  times: DebounceTimes,
  now: number,
): string | undefined {
  const { definitionId, job, debounceKey } = run
  const { id, tenantId } = job.envelope
  const key = storedKeyOf(debounceKey)
  const open = connection.get<OpenRow>(openSql, definitionId, tenantId, key, arrivedAt(job.envelope, now))
  if (open) {
    const sql =
      "UPDATE cgk_runs SET state = 'superseded', phase = NULL, due_at = NULL, ended_at = ?, superseded_by = ? WHERE run = ?"
    connection.run(sql, now, id, open.run)
  }
  const since = open?.since ?? now
  const dueAt = quietUntil(times, since, now)
  enterState(run, { state: 'scheduled', dueAt })
  const sql = "UPDATE cgk_runs SET state = 'scheduled', due_at = ?, debounce_key = ?, debounced_since = ? WHERE run = ?"
  connection.run(sql, dueAt, key, since, keyOf(run).run)
  return open?.job
}
