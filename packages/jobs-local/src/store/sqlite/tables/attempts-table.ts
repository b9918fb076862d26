import type { JobErrorInfo, Outcome } from '@cgk-platform/jobs-core/provider'

import type { StoredRun } from '../../../records/stored-run.ts'
import { maxStoredAttempts, type StoredAttempt } from '../../../records/stored-attempt.ts'
import type { Connection } from '../file/connection.ts'
import { fromText, keyOf, toText } from './rows.ts'

interface AttemptRow {
  readonly number: number
  readonly started_at: number | null
  readonly ended_at: number
  readonly next_due_at: number | null
  readonly worker: number | null
  readonly error: string | null
}

/** Records an attempt that is followed by another one. */
export function recordAttempt(
  connection: Connection,
  run: StoredRun,
  { attempt, outcome, now }: { attempt: number; outcome: Extract<Outcome, { readonly type: 'retry' }>; now: number },
): void {
  const { run: key, worker } = keyOf(run)
  const { error, afterMs } = outcome
  const sql =
    'INSERT OR REPLACE INTO cgk_attempts (run, number, started_at, ended_at, next_due_at, worker, error) VALUES (?, ?, ?, ?, ?, ?, ?)'
  connection.run(sql, key, attempt, run.attemptStartedAt ?? null, now, now + afterMs, worker, toText(error))
  if (attempt > maxStoredAttempts)
    connection.run('DELETE FROM cgk_attempts WHERE run = ? AND number <= ?', key, attempt - maxStoredAttempts)
}

/** Reads the attempts of a run that others followed, oldest first. */
export function readAttempts(connection: Connection, run: number): StoredAttempt[] {
  const sql =
    'SELECT number, started_at, ended_at, next_due_at, worker, error FROM cgk_attempts WHERE run = ? ORDER BY number'
  return connection.all<AttemptRow>(sql, run).map((row) => {
    const error = row.error === null ? undefined : (fromText(row.error) as JobErrorInfo | undefined)
    return {
      number: row.number,
      ...(row.started_at !== null && { startedAt: row.started_at }),
      endedAt: row.ended_at,
      ...(row.next_due_at !== null && { nextDueAt: row.next_due_at }),
      ...(error && { error }),
      ...(row.worker !== null && { worker: String(row.worker) }),
    }
  })
}
