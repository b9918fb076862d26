import { expect, vi } from 'vitest'
import type { WorkerDefinition } from '@cgk-platform/jobs-local/engine'

import type { Database } from '../../src/database/database.ts'
import { Changes } from '../../src/store/changes.ts'
import { Worker } from '../../src/store/workers/worker.ts'

const ignore = (): void => undefined
const silent = { debug: ignore, info: ignore, warn: ignore, error: ignore }

/** The identity of a process of another machine. */
function otherProcess(host: string): string {
  return JSON.stringify({ scope: host, pid: 1 })
}

/** Registers a worker of a process of its own, whose heartbeats only the test sends. */
export async function openWorker(
  database: Database,
  host: string,
  definitions: readonly WorkerDefinition[] = [{ definitionId: 'd', event: 'e', maxAttempts: 3 }],
): Promise<Worker> {
  const worker = new Worker({
    database,
    changes: new Changes({ database, logger: silent, told: ignore }),
    leaseMs: 3_000_000,
    process: otherProcess(host),
    lost: ignore,
    tidied: ignore,
  })
  worker.publish(definitions)
  await worker.join()
  return worker
}

/** Lets the lease of a worker expire. */
export async function expire(database: Database, worker: Worker): Promise<void> {
  const sql = 'UPDATE {schema}.workers SET lease_ms = 1, heartbeat_at = heartbeat_at - 1000 WHERE id = $1'
  await database.query(sql, [worker.id])
}

/** Lets a worker look at others until it has removed one. */
export async function untilRemoved(database: Database, by: Worker, removed: Worker): Promise<void> {
  await vi.waitFor(async () => {
    await by.heartbeat()
    expect(await database.query('SELECT id FROM {schema}.workers WHERE id = $1', [removed.id])).toEqual([])
  }, 60_000)
}
