import type { StoredRun } from '../../../records/stored-run.ts'
import type { Connection } from '../file/connection.ts'
import { keyOf } from './rows.ts'

/** A notice for a worker about one of its runs. */
export interface NoticeRow {
  readonly run: number
  /** The step that was resolved; null if the run was cancelled. */
  readonly key: string | null
}

/** Notifies the worker of a running attempt that the run was cancelled. */
export function notifyCancelled(connection: Connection, run: StoredRun): void {
  const { run: key, worker } = keyOf(run)
  connection.run('INSERT INTO cgk_notices (worker, run) VALUES (?, ?)', worker, key)
}

/** Reads the notices for a worker, oldest first. */
export function readNotices(connection: Connection, worker: number): NoticeRow[] {
  return connection.all('SELECT run, key FROM cgk_notices WHERE worker = ? ORDER BY seq', worker)
}

/** Returns true if there are notices for a worker. */
export function hasNotices(connection: Connection, worker: number): boolean {
  return connection.get('SELECT 1 AS one FROM cgk_notices WHERE worker = ? LIMIT 1', worker) !== undefined
}

/** Deletes the notices of cancelled runs for a worker. */
export function deleteCancelNotices(connection: Connection, worker: number): void {
  connection.run('DELETE FROM cgk_notices WHERE worker = ? AND key IS NULL', worker)
}
