import { type DebounceTimes, ownDefinitionIdOf, ownEventOf } from '@cgk-platform/jobs-core/scheduling'

import { fromText, toText } from '../../../records/json-column.ts'
import type { BatchBounds } from '../../../rules/batch-bounds.ts'
import type { RemoteSubscriber, WorkerDefinition } from '../../../records/subscriber.ts'
import type { Connection } from '../file/connection.ts'
import { lookAgain } from '../tables/parked-runs.ts'
import { releaseUnclaimed } from '../tables/unclaimed-jobs.ts'
import { monotonicMs as nowMs } from '../../../time/machine-clock.ts'

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

/** The definitions of a worker, as the others see them, and those of the others. */
export class WorkerDefinitions {
  readonly #connection: Connection
  readonly #worker: () => number
  #definitions: readonly WorkerDefinition[] = []
  #ids: ReadonlySet<string> = new Set()
  /** Definitions of other workers by event, cached for this transaction. */
  readonly #elsewhere = new Map<string, readonly RemoteSubscriber[]>()
  #areWritten = false

  /** @param worker - returns the present id of the worker */
  constructor(connection: Connection, worker: () => number) {
    this.#connection = connection
    this.#worker = worker
  }

  /** The definitions of this worker. */
  get own(): readonly WorkerDefinition[] {
    return this.#definitions
  }

  /** Whether this worker has definitions. */
  get areAny(): boolean {
    return this.#definitions.length > 0
  }

  /** Whether the definitions of this worker are visible to the others. */
  get areWritten(): boolean {
    return this.#areWritten
  }

  /** Clears the cache of the previous transaction. */
  begin(): void {
    this.#elsewhere.clear()
  }

  /** Marks the definitions as unwritten: the worker has a new id, or the transaction that wrote them was rolled back. */
  markUnwritten(): void {
    this.#areWritten = false
  }

  /** Replaces the definitions. `write` makes them visible to the others. */
  publish(definitions: readonly WorkerDefinition[]): void {
    this.#definitions = definitions
    this.#ids = new Set(definitions.map(({ definitionId }) => definitionId))
    this.#areWritten = false
  }

  /** Writes the definitions, unless they are written. */
  write(): void {
    if (this.#areWritten) return
    this.#inherit()
    this.#connection.run('DELETE FROM cgk_definitions WHERE worker = ? AND inherited = 0', this.#worker())
    for (const definition of this.#definitions) {
      const { definitionId, event = null, maxAttempts, priority = 0, compensateOnCancel = false } = definition
      const { concurrencyPath = null, throttlePath = null, debounce, batch, limits } = definition
      const sql =
        'INSERT OR REPLACE INTO cgk_definitions (worker, definition_id, event, max_attempts, priority, compensate_on_cancel, concurrency_path, throttle_path, debounce, batch, limits, inherited) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0)'
      const values = [event, maxAttempts, priority, compensateOnCancel ? 1 : 0, concurrencyPath, throttlePath]
      this.#connection.run(
        sql,
        this.#worker(),
        definitionId,
        ...values,
        toText(debounce),
        toText(batch),
        toText(limits),
      )
      const handled = 'INSERT OR IGNORE INTO cgk_handled (definition_id, event) VALUES (?, ?), (?, ?)'
      if (event !== null) this.#connection.run(handled, definitionId, event, definitionId, ownEventOf(definitionId))
    }
    lookAgain(this.#connection, this.#definitions)
    this.#areWritten = true
    this.releaseUnclaimed(0)
  }

  /** Releases jobs that wait for definitions of this worker, or have waited for too long. Returns true if more remain. */
  releaseUnclaimed(now: number): boolean {
    return releaseUnclaimed(
      this.#connection,
      JSON.stringify(this.#definitions.flatMap((one) => (one.event === undefined ? [] : ownEventOf(one.definitionId)))),
      now,
    )
  }

  /** Returns the events that definitions handle, of all workers. */
  allEvents(): readonly string[] {
    const sql = 'SELECT DISTINCT event FROM cgk_definitions WHERE event IS NOT NULL'
    return this.#connection.all<{ event: string }>(sql).map(({ event }) => event)
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
      this.#connection.run(sql, this.#worker(), worker)
      this.#connection.run('DELETE FROM cgk_definitions WHERE worker = ?', worker)
    }
  }

  /**
   * Retires inherited definitions that this worker has not defined in the time allowed. Deletes definitions that were
   * retired, or whose worker ended, long ago.
   */
  prune(): void {
    const settled = 'SELECT 1 AS one FROM cgk_workers WHERE id = ? AND since_ms <= ?'
    if (!this.#connection.get(settled, this.#worker(), nowMs() - settledAfterMs)) return
    const retire =
      'UPDATE OR REPLACE cgk_definitions SET worker = ?, worker_ended_at = ? WHERE worker = ? AND inherited = 1'
    this.#connection.run(retire, nobody, Date.now(), this.#worker())
    this.#connection.run('DELETE FROM cgk_definitions WHERE worker_ended_at <= ?', Date.now() - definitionRetentionMs)
  }

  /** Returns the definitions of other workers for an event. */
  elsewhere(event: string): readonly RemoteSubscriber[] {
    const known = this.#elsewhere.get(event) ?? this.#readElsewhere(event)
    this.#elsewhere.set(event, known)
    return known
  }

  #readElsewhere(event: string): readonly RemoteSubscriber[] {
    const present = this.#readSubscribers(
      '(worker <> ? OR inherited = 1) AND worker <> ?',
      event,
      this.#worker(),
      nobody,
    )
    const isOurs = ({ definitionId, event: handled }: WorkerDefinition): boolean =>
      handled === event || (handled !== undefined && ownEventOf(definitionId) === event)
    const isHandled = present.length > 0 || this.#definitions.some(isOurs)
    return isHandled ? present : this.#readSubscribers('worker = ?', event, nobody)
  }

  #readSubscribers(where: string, event: string, ...workers: readonly number[]): readonly RemoteSubscriber[] {
    const columns = 'definition_id, max_attempts, priority, compensate_on_cancel, concurrency_path, throttle_path'
    const id = ownDefinitionIdOf(event)
    const handles = id === undefined ? 'event = ?' : 'definition_id = ? AND event IS NOT NULL'
    const sql = `SELECT ${columns}, debounce, batch FROM cgk_definitions WHERE ${handles} AND ${where} GROUP BY definition_id`
    return this.#connection.all<DefinitionRow>(sql, id ?? event, ...workers).map((row) => ({
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
    return this.#connection.get(sql, definitionId, this.#worker()) === undefined
  }

  /** Returns which live workers have a definition: one of this process, only others, or none. */
  placeOf(definitionId: string): 'here' | 'elsewhere' | undefined {
    const sql =
      'SELECT max(w.process = (SELECT process FROM cgk_workers WHERE id = ?)) AS here FROM cgk_definitions d ' +
      'JOIN cgk_workers w ON w.id = d.worker WHERE d.definition_id = ? AND d.inherited = 0'
    const { here } = this.#connection.get<{ here: number | null }>(sql, this.#worker(), definitionId)!
    return here === null ? undefined : here === 1 ? 'here' : 'elsewhere'
  }

  /** Keeps the definitions of a worker that was removed for a while, because the usual reason is a restart. */
  ended(worker: number): void {
    this.#connection.run('UPDATE cgk_definitions SET worker_ended_at = ? WHERE worker = ?', Date.now(), worker)
  }
}
