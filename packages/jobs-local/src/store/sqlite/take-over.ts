import type { Connection } from './connection.ts'
import { compensationStates, emptyWorkerWaitMs, phases } from './rows.ts'
import { notCounted } from './runs-table.ts'

const { ready, held, suspect } = phases

/**
 * Frees the runs of a dead worker. If only one was running, it ended the process: its attempt counts. Otherwise nobody
 * knows which one did: no attempt counts. Either way they become suspects, which start apart from other runs.
 */
export function takeOver(connection: Connection, worker: number, now: number): void {
  const mine = `worker = ? AND phase = ${held}`
  const count =
    `SELECT (SELECT count(*) FROM cgk_runs WHERE ${mine}) + ` +
    '(SELECT count(*) FROM cgk_leftovers WHERE worker = ?) AS running'
  const { running } = connection.get<{ running: number }>(count, worker, worker)!
  const isAlone = running === 1
  const suspected = `worker = NULL, phase = ${suspect}, due_at = ?, crashes = ${isAlone ? 'max(crashes + 1, 2)' : 'crashes + 1'}`
  const waitUntil = now + emptyWorkerWaitMs
  connection.run(
    `UPDATE cgk_runs SET ${suspected}, ${isAlone ? "state = 'queued'" : notCounted} WHERE ${mine} AND state = 'running'`,
    waitUntil,
    worker,
  )
  connection.run(
    `UPDATE cgk_runs SET ${suspected}, pause = 'awake', attempts = attempts + ${isAlone ? 1 : 0} ` +
      `WHERE ${mine} AND compensation = ${compensationStates.running}`,
    waitUntil,
    worker,
  )
  connection.run(
    `UPDATE cgk_runs SET worker = NULL, phase = ${ready}, pause = 'awake', compensation = ${compensationStates.running} ` +
      `WHERE ${mine} AND compensation = ${compensationStates.pending}`,
    worker,
  )
  connection.run(`UPDATE cgk_runs SET worker = NULL, phase = NULL WHERE ${mine}`, worker)
  connection.run('DELETE FROM cgk_leftovers WHERE worker = ?', worker)
  // Keep notices of resolved steps for the worker that continues the run.
  connection.run('DELETE FROM cgk_notices WHERE worker = ? AND key IS NULL', worker)
}
