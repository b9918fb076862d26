import type { Outcome } from '@cgk-platform/jobs-core/provider'

import { toText } from '../../../records/json-column.ts'
import {
  type AttemptColumns,
  maxStoredAttempts,
  type StoredAttempt,
  toStoredAttempt,
} from '../../../records/stored-attempt.ts'
import type { StoredRun } from '../../../records/stored-run.ts'
import type { Connection } from '../file/connection.ts'
import { keyOf } from './rows.ts'

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
  return connection.all<AttemptColumns>(sql, run).map(toStoredAttempt)
}
