import type { JobErrorInfo } from '@cgk-platform/jobs-core/provider'

import type { Connection } from '../file/connection.ts'
import { compensationStates, emptyWorkerWaitMs, longLifeMs, phases } from '../tables/rows.ts'
import { isToCompensate, notCounted, waitForCompensation } from '../tables/runs-table.ts'

const { held, suspect, joined } = phases

/** A run is charged with a crash beside others if it has seen this many more than each of them. */
const chargedAhead = 5

/** The error of an attempt that counts because it probably ended its process. */
const endedProcess: JobErrorInfo = {
  name: 'Error',
  message: 'The process of the worker ended, or did not renew its lease in time.',
}

/**
 * Frees the runs of the workers of a dead process. If only one was running, it ended the process: its attempt counts.
 * Otherwise nobody knows which one did: no attempt counts, except that of a run that has seen far more crashes than the
 * others. Either way they become suspects, which start apart from other runs.
 */
export function takeOver(connection: Connection, ids: readonly number[], now: number): void {
  const workers = JSON.stringify(ids)
  const ofWorkers = 'worker IN (SELECT value FROM json_each(?1))'
  const mine = `${ofWorkers} AND phase IN (${held}, ${joined})`
  const byCrashes = `SELECT crashes FROM cgk_runs WHERE ${mine} ORDER BY crashes DESC`
  const [most = 0, ...others] = connection.all<{ crashes: number }>(byCrashes, workers).map((row) => row.crashes)
  const count = `SELECT count(*) AS count FROM cgk_leftovers WHERE ${ofWorkers}`
  const leftovers = connection.get<{ count: number }>(count, workers)!.count
  const isAlone = others.length + leftovers === 0
  const isAhead = leftovers === 0 && most - (others[0] ?? 0) >= chargedAhead
  const isCharged = isAlone ? '1' : isAhead ? `(crashes = ${most})` : '0'
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
