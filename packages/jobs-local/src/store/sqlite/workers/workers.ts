import { randomInt } from 'node:crypto'

import type { DebounceTimes } from '@cgk-platform/jobs-core/provider'

import type { BatchBounds } from '../../../records/gather.ts'
import type { RemoteSubscriber, WorkerDefinition } from '../../../records/subscriber.ts'
import type { Connection } from '../file/connection.ts'
import { monotonicMs as nowMs } from './monotonic-ms.ts'
import { hasEnded, identifyProcess, isOfThisBoot } from './process-identity.ts'
import { fromText, toText } from '../tables/rows.ts'

/**
 * Time that a worker waits before it retires definitions that it inherited (see `#inherit`), in milliseconds. A
 * starting app defines its jobs one by one, so it may not have reached the inherited ones yet.
 */
const settledAfterMs = 10_000
/** Time to keep retired definitions, and those of ended workers that no other inherits, in milliseconds: one day. */
const definitionRetentionMs = 24 * 60 * 60 * 1000
/**
 * The worker of retired definitions. Waiting runs of these wait on. A new job gets runs of them only if no worker has a
 * definition for its event.
 */
const nobody = -1
/** Maximum time between two heartbeats, in milliseconds. */
export const maxHeartbeatMs = 5000

interface WorkerRow {
  readonly id: number
  readonly process: string
  readonly heartbeat_ms: number
  readonly lease_ms: number
}

interface DefinitionRow {
  readonly definition_id: string
  readonly max_attempts: number
  readonly priority: number
  readonly compensate_on_cancel: number
  readonly debounce: string | null
  readonly concurrency_path: string | null
  readonly throttle_path: string | null
  readonly batch: string | null
}

/**
 * This process as a worker, and its view of the other workers. Each worker sends heartbeats. A worker whose process has
 * ended, or whose lease has expired, is removed, and others take over its runs. Heartbeats use the machine's monotonic
 * clock, which all its processes share and which cannot be set.
 */
export class Workers {
  readonly #connection: Connection
  readonly #leaseMs: number
  readonly #process = identifyProcess()
  #id = 0
  /** When this worker's current unbroken series of heartbeats began. */
  #steadySinceMs = Number.POSITIVE_INFINITY
  #definitions: readonly WorkerDefinition[] = []
  #ids: ReadonlySet<string> = new Set()
  /** Definitions of other workers by event, cached for this transaction. */
  readonly #elsewhere = new Map<string, readonly RemoteSubscriber[]>()
  #areDefinitionsWritten = false

  constructor(connection: Connection, leaseMs: number) {
    this.#connection = connection
    this.#leaseMs = leaseMs
  }

  /** This worker's id, which marks the runs that it holds; 0 before it first joined. */
  get id(): number {
    return this.#id
  }

  /** Whether the definitions of this worker are visible to the others. */
  get isAnnounced(): boolean {
    return this.#areDefinitionsWritten
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
    if (!this.#areDefinitionsWritten) this.#writeDefinitions()
  }

  #register(): void {
    // Random, not a counter: after a rollback this worker still has its id, and a counter would give the same one to
    // another worker.
    this.#id = randomInt(1, 2 ** 48 - 1)
    this.#steadySinceMs = nowMs()
    this.#areDefinitionsWritten = false
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

  publish(definitions: readonly WorkerDefinition[]): void {
    this.#definitions = definitions
    this.#ids = new Set(definitions.map(({ definitionId }) => definitionId))
    this.#areDefinitionsWritten = false
  }

  #writeDefinitions(): void {
    this.#inherit()
    this.#connection.run('DELETE FROM cgk_definitions WHERE worker = ? AND inherited = 0', this.#id)
    for (const definition of this.#definitions) {
      const { definitionId, event = null, maxAttempts, priority = 0, compensateOnCancel = false } = definition
      const { concurrencyPath = null, throttlePath = null, debounce, batch } = definition
      const sql =
        'INSERT OR REPLACE INTO cgk_definitions (worker, definition_id, event, max_attempts, priority, compensate_on_cancel, concurrency_path, throttle_path, debounce, batch, inherited) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0)'
      const values = [event, maxAttempts, priority, compensateOnCancel ? 1 : 0, concurrencyPath, throttlePath]
      this.#connection.run(sql, this.#id, definitionId, ...values, toText(debounce), toText(batch))
      if (event !== null) this.#connection.run('INSERT OR IGNORE INTO cgk_handled VALUES (?, ?)', definitionId, event)
    }
    this.#areDefinitionsWritten = true
  }

  /**
   * Inherits the definitions of ended workers that shared a definition with this one. This worker is probably their
   * replacement, and may not have defined all of its jobs yet.
   */
  #inherit(): void {
    const mine = JSON.stringify([...this.#ids])
    const predecessors =
      'SELECT worker FROM cgk_definitions WHERE worker <> ? AND worker_ended_at IS NOT NULL AND definition_id IN (SELECT value FROM json_each(?))'
    const workers = this.#connection.all<{ worker: number }>(predecessors, nobody, mine)
    for (const { worker } of workers) {
      const sql =
        'UPDATE OR IGNORE cgk_definitions SET worker = ?, inherited = 1, worker_ended_at = NULL WHERE worker = ?'
      this.#connection.run(sql, this.#id, worker)
      this.#connection.run('DELETE FROM cgk_definitions WHERE worker = ?', worker)
    }
  }

  /** Removes dead workers. Returns their ids, in one list for each process, whose workers died together. */
  removeDead(): number[][] {
    const now = nowMs()
    const others = this.#others()
    const processes = [...new Set(others.map(({ process }) => process))]
    const dead = processes.map((process) =>
      this.#deadOf(
        others.filter((worker) => worker.process === process),
        now,
      ),
    )
    for (const { id } of dead.flat()) this.#remove(id)
    return dead.filter(({ length }) => length > 0).map((workers) => workers.map(({ id }) => id))
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
    const isAlive = ({ process, heartbeat_ms: heartbeatMs, lease_ms: leaseMs }: WorkerRow): boolean =>
      !hasEnded(process) && Math.abs(now - heartbeatMs) <= leaseMs
    return this.#others().filter(isAlive)
  }

  #others(): WorkerRow[] {
    return this.#connection.all('SELECT id, process, heartbeat_ms, lease_ms FROM cgk_workers WHERE id <> ?', this.#id)
  }

  /** Returns the dead ones among the workers of one process. */
  #deadOf(workers: readonly WorkerRow[], now: number): readonly WorkerRow[] {
    // A heartbeat in the future is from before the machine's last boot.
    const isOfEarlierBoot = workers.some((worker) => worker.heartbeat_ms > now + worker.lease_ms)
    if (isOfEarlierBoot || hasEnded(workers[0]!.process)) return workers
    const expired = workers.filter((worker) => this.#hasExpired(worker, now))
    if (expired.length === workers.length) return workers
    // If the others are also silent, the process may have ended. Then their leases expire soon.
    const lastHeartbeatMs = Math.max(...workers.map((worker) => worker.heartbeat_ms))
    return expired.filter((worker) => lastHeartbeatMs > worker.heartbeat_ms + worker.lease_ms)
  }

  #hasExpired({ heartbeat_ms: heartbeatMs, lease_ms: leaseMs }: WorkerRow, now: number): boolean {
    // If this worker could not send heartbeats, for example because the disk was full or the machine was suspended, the
    // others probably could not either. Allow them a few heartbeats to recover.
    const isSteady = now - this.#steadySinceMs > lateAfterMs(leaseMs)
    return isSteady && now - heartbeatMs > leaseMs
  }

  /**
   * Retires inherited definitions that this worker has not defined in the time allowed. Deletes definitions that were
   * retired, or whose worker ended, long ago.
   */
  pruneDefinitions(): void {
    const settled = 'SELECT 1 AS one FROM cgk_workers WHERE id = ? AND since_ms <= ?'
    if (!this.#connection.get(settled, this.#id, nowMs() - settledAfterMs)) return
    const retire =
      'UPDATE OR REPLACE cgk_definitions SET worker = ?, worker_ended_at = ? WHERE worker = ? AND inherited = 1'
    this.#connection.run(retire, nobody, Date.now(), this.#id)
    this.#connection.run('DELETE FROM cgk_definitions WHERE worker_ended_at <= ?', Date.now() - definitionRetentionMs)
  }

  /** Clears the cache of the previous transaction. */
  begin(): void {
    this.#elsewhere.clear()
  }

  /** Marks the definitions as unwritten, because the transaction that wrote them may have been rolled back. */
  rollBack(): void {
    this.#areDefinitionsWritten = false
  }

  /** Returns the definitions of other workers for an event. */
  subscribersElsewhere(event: string): readonly RemoteSubscriber[] {
    const known = this.#elsewhere.get(event) ?? this.#readElsewhere(event)
    this.#elsewhere.set(event, known)
    return known
  }

  #readElsewhere(event: string): readonly RemoteSubscriber[] {
    const present = this.#readSubscribers('(worker <> ? OR inherited = 1) AND worker <> ?', event, this.#id, nobody)
    const isHandled = present.length > 0 || this.#definitions.some((definition) => definition.event === event)
    return isHandled ? present : this.#readSubscribers('worker = ?', event, nobody)
  }

  #readSubscribers(where: string, event: string, ...workers: readonly number[]): readonly RemoteSubscriber[] {
    const columns = 'definition_id, max_attempts, priority, compensate_on_cancel, concurrency_path, throttle_path'
    const sql = `SELECT ${columns}, debounce, batch FROM cgk_definitions WHERE event = ? AND ${where} GROUP BY definition_id`
    return this.#connection.all<DefinitionRow>(sql, event, ...workers).map((row) => ({
      definitionId: row.definition_id,
      maxAttempts: row.max_attempts,
      priority: row.priority,
      ...(row.compensate_on_cancel === 1 && { compensateOnCancel: true }),
      ...(row.debounce !== null && { debounce: fromText(row.debounce) as DebounceTimes }),
      ...(row.concurrency_path !== null && { concurrencyPath: row.concurrency_path }),
      ...(row.throttle_path !== null && { throttlePath: row.throttle_path }),
      ...(row.batch !== null && { batch: fromText(row.batch) as BatchBounds }),
    }))
  }

  /**
   * Returns whether this worker may begin a run of a definition. It may if it has the definition. It also may if the
   * last worker that had the definition lost it a day ago, so that the run fails instead of waiting forever.
   */
  mayBegin(definitionId: string): boolean {
    if (this.#ids.has(definitionId)) return true
    const sql =
      'SELECT 1 AS one FROM cgk_definitions WHERE definition_id = ? AND (worker <> ? OR inherited = 1) LIMIT 1'
    return this.#connection.get(sql, definitionId, this.#id) === undefined
  }

  /** Returns which live workers have a definition: one of this process, only others, or none. */
  placeOf(definitionId: string): 'here' | 'elsewhere' | undefined {
    const sql =
      'SELECT max(w.process = (SELECT process FROM cgk_workers WHERE id = ?)) AS here FROM cgk_definitions d ' +
      'JOIN cgk_workers w ON w.id = d.worker WHERE d.definition_id = ? AND d.inherited = 0'
    const { here } = this.#connection.get<{ here: number | null }>(sql, this.#id, definitionId)!
    return here === null ? undefined : here === 1 ? 'here' : 'elsewhere'
  }

  /** Removes this worker. Keeps its definitions for a while, because the usual reason is a restart. */
  leave(): void {
    this.#remove(this.#id)
  }

  #remove(id: number): void {
    this.#connection.run('DELETE FROM cgk_workers WHERE id = ?', id)
    this.#connection.run('UPDATE cgk_definitions SET worker_ended_at = ? WHERE worker = ?', Date.now(), id)
  }
}

/** Returns the age from which the last heartbeat shows that at least one was missed. */
function lateAfterMs(leaseMs: number): number {
  return Math.min(leaseMs / 2, 2 * maxHeartbeatMs)
}
