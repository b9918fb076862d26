import { randomInt } from 'node:crypto'

import { findDead, type WorkerRow } from '../../../rules/find-dead.ts'
import type { Connection } from '../file/connection.ts'
import { monotonicMs as nowMs } from '../../../time/machine-clock.ts'
import { hasEnded, identifyProcess, isOfThisBoot } from './process-identity.ts'
import { WorkerDefinitions } from './worker-definitions.ts'

/** Maximum time between two heartbeats, in milliseconds. */
export const maxHeartbeatMs = 5000

/**
 * This process as a worker, and its view of the other workers. Each worker sends heartbeats. A worker whose process has
 * ended, or whose lease has expired, is removed, and others take over its runs. Heartbeats use the machine's monotonic
 * clock, which all its processes share and which cannot be set.
 */
export class Workers {
  readonly definitions: WorkerDefinitions
  readonly #connection: Connection
  readonly #leaseMs: number
  readonly #process = identifyProcess()
  #id = 0
  /** When this worker's current unbroken series of heartbeats began. */
  #steadySinceMs = Number.POSITIVE_INFINITY

  constructor(connection: Connection, leaseMs: number) {
    this.definitions = new WorkerDefinitions(connection, () => this.#id)
    this.#connection = connection
    this.#leaseMs = leaseMs
  }

  /** This worker's id, which marks the runs that it holds; 0 before it first joined. */
  get id(): number {
    return this.#id
  }

  /** Registers this worker if it is not, under a new id if others have removed it. Renews its lease if it is old. */
  join(): void {
    const row = this.#connection.get<{ heartbeat_ms: number }>(
      'SELECT heartbeat_ms FROM cgk_workers WHERE id = ?',
      this.#id,
    )
    if (!row) this.#register()
    // After a pause, the lease may have expired. Without a heartbeat, another worker would take over what this one claims.
    else if (this.#isLate(row.heartbeat_ms)) this.#renew(row.heartbeat_ms)
    this.definitions.write()
  }

  #register(): void {
    // Random, not a counter: after a rollback this worker still has its id, and a counter would give the same one to
    // another worker.
    this.#id = randomInt(1, 2 ** 48 - 1)
    this.#steadySinceMs = nowMs()
    this.definitions.markUnwritten()
    const sql = 'INSERT INTO cgk_workers (id, process, heartbeat_ms, lease_ms, since_ms) VALUES (?, ?, ?, ?, ?)'
    const now = nowMs()
    this.#connection.run(sql, this.#id, this.#process, now, this.#leaseMs, now)
  }

  /** Records that this worker is alive. */
  heartbeat(): void {
    this.join()
    const sql = 'SELECT heartbeat_ms FROM cgk_workers WHERE id = ?'
    this.#renew(this.#connection.get<{ heartbeat_ms: number }>(sql, this.#id)!.heartbeat_ms)
  }

  /** @param beforeMs - the last heartbeat */
  #renew(beforeMs: number): void {
    const now = nowMs()
    if (this.#isLate(beforeMs)) this.#steadySinceMs = now
    this.#connection.run('UPDATE cgk_workers SET heartbeat_ms = ? WHERE id = ?', now, this.#id)
  }

  #isLate(heartbeatMs: number): boolean {
    return nowMs() - heartbeatMs > lateAfterMs(this.#leaseMs)
  }

  /** Removes dead workers. Returns their ids, in one list for each process, whose workers died together. */
  removeDead(): number[][] {
    const now = nowMs()
    const dead = findDead(this.#others(), {
      now,
      steadySince: this.#steadySinceMs,
      lateAfterMs,
      // A heartbeat in the future is from before the machine's last boot.
      hasEnded: (worker) => worker.heartbeat_at > now + worker.lease_ms || hasEnded(worker.process),
    })
    const ids = dead.map((workers) => workers.map(({ id }) => id))
    for (const id of ids.flat()) this.#remove(id)
    return ids
  }

  /** Counts the live workers: this one if it has joined, and others whose lease has not expired. */
  countAlive(): number {
    return this.#othersAlive().length + (this.#id === 0 ? 0 : 1)
  }

  /** Returns whether another worker is alive. */
  hasOthers(): boolean {
    return this.#othersAlive().some(({ process }) => isOfThisBoot(process))
  }

  #othersAlive(): WorkerRow[] {
    const now = nowMs()
    const isAlive = ({ process, heartbeat_at: heartbeatAt, lease_ms: leaseMs }: WorkerRow): boolean =>
      !hasEnded(process) && Math.abs(now - heartbeatAt) <= leaseMs
    return this.#others().filter(isAlive)
  }

  #others(): WorkerRow[] {
    const sql = 'SELECT id, process, heartbeat_ms AS heartbeat_at, lease_ms FROM cgk_workers WHERE id <> ?'
    return this.#connection.all(sql, this.#id)
  }

  /** Removes this worker. */
  leave(): void {
    this.#remove(this.#id)
  }

  #remove(id: number): void {
    this.#connection.run('DELETE FROM cgk_workers WHERE id = ?', id)
    this.definitions.ended(id)
  }
}

function lateAfterMs(leaseMs: number): number {
  return Math.min(leaseMs / 2, 2 * maxHeartbeatMs)
}
