import type { DatabaseSync } from 'node:sqlite'

import type { RemovedWorker } from '../chaos-engine.ts'

/** Lets the jobs file itself record which workers are removed, in the same transaction. */
export function recordRemovedWorkers(database: DatabaseSync): void {
  database.exec(`
    CREATE TABLE app_removed_workers (pid INTEGER, heartbeatAt INTEGER, removedAt INTEGER) STRICT;
    CREATE TRIGGER app_removed_worker AFTER DELETE ON cgk_workers BEGIN
      INSERT INTO app_removed_workers
      SELECT old.process ->> 'pid', old.heartbeat_ms, ifnull(max(heartbeat_ms), old.heartbeat_ms) FROM cgk_workers;
    END`)
}

/** Returns the workers that were removed. */
export function readRemovedWorkers(database: DatabaseSync): RemovedWorker[] {
  return database.prepare('SELECT * FROM app_removed_workers').all() as unknown as RemovedWorker[]
}
