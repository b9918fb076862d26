import { shiftStepTimes } from '@cgk-platform/jobs-core/provider'

import type { Connection } from './connection.ts'
import { phases, waitsForSlot } from './rows.ts'
import { toStep } from './steps-table.ts'

/**
 * Moves delays, pauses before retries and the places of waiting runs, because the wall clock was set. A job with a `runAt`
 * keeps its time.
 */
export function shiftDelays(connection: Connection, byMs: number): void {
  connection.run(
    "UPDATE cgk_jobs SET due_at = due_at + ?1, envelope = json_set(envelope, '$.runAt', due_at + ?1) " +
      "WHERE state = 'scheduled' AND CASE WHEN json_valid(envelope) THEN envelope ->> '$.delayMs' END IS NOT NULL",
    byMs,
  )
  connection.run('UPDATE cgk_lanes SET state = state + ?1, open_at = iif(open_at > 0, open_at + ?1, open_at)', byMs)
  connection.run('UPDATE cgk_runs SET rank = rank + ? WHERE phase IS NOT NULL', byMs)
  connection.run(
    `UPDATE cgk_runs SET gather_until = gather_until + ? WHERE phase = ${phases.gathering} AND gather_until > 1`,
    byMs,
  )
  connection.run("UPDATE cgk_runs SET debounced_since = debounced_since + ? WHERE state = 'scheduled'", byMs)
  // A suspended workflow runs again, and then waits for what remains of its steps.
  connection.run("UPDATE cgk_runs SET due_at = iif(pause = 'asleep', 0, due_at + ?) WHERE due_at IS NOT NULL", byMs)
  const steps = connection.all<{ run: number; key: string; record: string }>(
    'SELECT s.run, s.key, s.record FROM cgk_steps s JOIN cgk_runs r ON r.run = s.run ' +
      `WHERE r.phase IN (${phases.waiting}, ${phases.held}, ${waitsForSlot})`,
  )
  for (const { run, key, record } of steps) {
    const step = toStep(record)
    if (!step || !shiftStepTimes(step, byMs)) continue
    const sql = 'UPDATE cgk_steps SET record = ? WHERE run = ? AND key = ?'
    connection.run(sql, JSON.stringify(step), run, key)
  }
}
