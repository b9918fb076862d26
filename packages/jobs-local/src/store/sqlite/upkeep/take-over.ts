import { compensationStates } from '../../../records/run-columns.ts'
import { emptyWorkerWaitMs, endedProcess, leastCharged, longLifeMs } from '../../../rules/suspects.ts'
import type { Connection } from '../file/connection.ts'
import { phases } from '../tables/rows.ts'
import { isToCompensate, notCounted, waitForCompensation } from '../tables/runs-table.ts'

const { held, suspect, joined } = phases

/**
 * Frees the runs of the workers of a dead process. If only one was running, it ended the process: its attempt counts.
 * Otherwise nobody knows which one did: no attempt counts, except that of a run that has seen far more crashes than the
 * others. Either way they become suspects, which start apart from other runs.
 */
export function takeOver(connection: Connection, ids: readonly number[], now: number): void {
  const workers = JSON.stringify(ids)
  const ofWorkers = 'worker IN (SELECT value FROM json_each(?1))'
  const mine = `${ofWorkers} AND phase IN (${held}, ${joined})`
  const seen = connection.all<{ crashes: number }>(`SELECT crashes FROM cgk_runs WHERE ${mine}`, workers)
  const count = `SELECT count(*) AS count FROM cgk_leftovers WHERE ${ofWorkers}`
  const leftovers = connection.get<{ count: number }>(count, workers)!.count
  const charged = leastCharged(
    seen.map((run) => run.crashes),
    leftovers > 0,
  )
  const isCharged = charged === undefined ? '0' : `(crashes >= ${charged})`
  // The attempt of a workflow that has resumed began earlier than its worker.
  const crashes = 'iif(NOT resumed AND attempt_started_at <= ?3, 1, crashes + 1)'
  // A charged run has at least two crashes, so that it begins alone.
  const suspected = `worker = NULL, phase = ${suspect}, due_at = ?2, crashes = max(${crashes}, 1 + ${isCharged})`
  const free = (changes: string, where: string): number =>
    connection.run(
      `UPDATE cgk_runs SET ${suspected}, ${changes} WHERE ${mine} AND ${where}`,
      workers,
      now + emptyWorkerWaitMs,
      now - longLifeMs,
    )
  connection.run(
    'INSERT OR REPLACE INTO cgk_attempts (run, number, started_at, ended_at, worker, error) ' +
      `SELECT run, attempts, attempt_started_at, ?2, worker, ?3 FROM cgk_runs WHERE ${mine} AND state = 'running' AND ${isCharged}`,
    workers,
    now,
    JSON.stringify(endedProcess),
  )
  free("state = 'queued'", `state = 'running' AND ${isCharged}`)
  free(notCounted, "state = 'running'")
  free(`pause = 'awake', attempts = attempts + ${isCharged}`, `compensation = ${compensationStates.running}`)
  connection.run(
    `UPDATE cgk_runs SET worker = NULL, ${waitForCompensation} WHERE ${mine} AND ${isToCompensate}`,
    workers,
  )
  connection.run(`UPDATE cgk_runs SET worker = NULL, phase = NULL WHERE ${mine}`, workers)
  connection.run(`DELETE FROM cgk_leftovers WHERE ${ofWorkers}`, workers)
  // Keep notices of resolved steps for the worker that continues the run.
  connection.run(`DELETE FROM cgk_notices WHERE ${ofWorkers} AND key IS NULL`, workers)
}
