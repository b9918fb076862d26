import { randomInt } from 'node:crypto'

import type { Handled, Subscriber } from '../job-store.ts'
import type { Connection } from './connection.ts'
import { hasEnded, identifyProcess } from './process-identity.ts'

/** How long a worker lives before it says what nobody has any more: an app that starts defines its jobs one by one. */
const settledAfterMs = 10_000
/** How long it is remembered what workers had that are gone and nobody has taken the place of, milliseconds: a day. */
const goneForMs = 24 * 60 * 60 * 1000
/** The longest time between two beats, milliseconds. */
export const longestBeatMs = 5000

interface WorkerRow {
  readonly id: number
  readonly process: string
  readonly beat_ms: number
  readonly lease_ms: number
}

interface HandledRow {
  readonly definition: string
  readonly event: string | null
  readonly max_attempts: number
  readonly compensate_on_cancel: number
}

/**
 * The worker that this process is, and what it sees of the others. Each beats while it lives; one that has ended, or that
 * was not heard of for its lease, is struck off, and its runs are free for others. Beats are told by the machine's monotonic
 * clock, which all its processes share and nobody sets.
 */
export class Workers {
  readonly #connection: Connection
  readonly #leaseMs: number
  readonly #process = identifyProcess()
  #id = 0
  /** Since when this worker has beaten without a gap. */
  #steadySinceMs = Number.POSITIVE_INFINITY
  #handled: readonly Handled[] = []
  #ids: ReadonlySet<string> = new Set()
  /** What others have for an event, as read in this transaction. */
  readonly #elsewhere = new Map<string, readonly Subscriber[]>()
  #isHandledWritten = false

  constructor(connection: Connection, leaseMs: number) {
    this.#connection = connection
    this.#leaseMs = leaseMs
  }

  /** This worker's id, which marks what it holds; 0 before it has ever joined. */
  get id(): number {
    return this.#id
  }

  /** True once the others can know what this worker has. */
  get isToldAll(): boolean {
    return this.#isHandledWritten
  }

  /** Sees that this worker is known to the others. Where it was struck off meanwhile, it begins anew, as another one. */
  join(): void {
    const row = this.#connection.get<{ beat_ms: number }>('SELECT beat_ms FROM cgk_workers WHERE id = ?', this.#id)
    if (!row) this.#begin()
    if (!this.#isHandledWritten) this.#writeHandled()
  }

  #begin(): void {
    // Not counted: where this transaction is rolled back, another worker would be given the same number.
    this.#id = randomInt(1, 2 ** 48 - 1)
    this.#steadySinceMs = nowMs()
    this.#isHandledWritten = false
    const sql = 'INSERT INTO cgk_workers (id, process, beat_ms, lease_ms, since_ms) VALUES (?, ?, ?, ?, ?)'
    const now = nowMs()
    this.#connection.run(sql, this.#id, this.#process, now, this.#leaseMs, now)
  }

  /** Says that this worker lives. */
  beat(): void {
    this.join()
    const now = nowMs()
    const sql = 'SELECT beat_ms FROM cgk_workers WHERE id = ?'
    const { beat_ms: before } = this.#connection.get<{ beat_ms: number }>(sql, this.#id)!
    if (now - before > Math.min(this.#leaseMs / 2, 2 * longestBeatMs)) this.#steadySinceMs = now
    this.#connection.run('UPDATE cgk_workers SET beat_ms = ? WHERE id = ?', now, this.#id)
  }

  handle(handled: readonly Handled[]): void {
    this.#handled = handled
    this.#ids = new Set(handled.map(({ definitionId }) => definitionId))
    this.#isHandledWritten = false
  }

  #writeHandled(): void {
    this.#inherit()
    this.#connection.run('DELETE FROM cgk_handled WHERE worker = ? AND inherited = 0', this.#id)
    for (const { definitionId, event = null, maxAttempts, compensateOnCancel = false } of this.#handled) {
      const sql = 'INSERT OR REPLACE INTO cgk_handled VALUES (?, ?, ?, ?, ?, 0, NULL)'
      this.#connection.run(sql, this.#id, definitionId, event, maxAttempts, compensateOnCancel ? 1 : 0)
    }
    this.#isHandledWritten = true
  }

  /** Takes the place of workers that are gone and had a definition of this one's: what else they had, it has for a while. */
  #inherit(): void {
    const mine = JSON.stringify([...this.#ids])
    const gone =
      'SELECT worker FROM cgk_handled WHERE gone_at IS NOT NULL AND definition IN (SELECT value FROM json_each(?))'
    const workers = this.#connection.all<{ worker: number }>(gone, mine)
    for (const { worker } of workers) {
      const sql = 'UPDATE OR IGNORE cgk_handled SET worker = ?, inherited = 1, gone_at = NULL WHERE worker = ?'
      this.#connection.run(sql, this.#id, worker)
      this.#connection.run('DELETE FROM cgk_handled WHERE worker = ?', worker)
    }
  }

  /** The workers that are gone; they are struck off. */
  strikeOff(): number[] {
    const now = nowMs()
    const gone = this.#others()
      .filter((worker) => this.#isGone(worker, now))
      .map(({ id }) => id)
    for (const id of gone) this.#remove(id)
    return gone
  }

  /** The workers that live, as far as can be told from here: this one, where it has joined, and those heard of in their lease. */
  countLiving(): number {
    const now = nowMs()
    const lives = ({ process, beat_ms: beatMs, lease_ms: leaseMs }: WorkerRow): boolean =>
      !hasEnded(process) && Math.abs(now - beatMs) <= leaseMs
    return this.#others().filter(lives).length + (this.#id === 0 ? 0 : 1)
  }

  #others(): WorkerRow[] {
    return this.#connection.all('SELECT id, process, beat_ms, lease_ms FROM cgk_workers WHERE id <> ?', this.#id)
  }

  #isGone({ process, beat_ms: beatMs, lease_ms: leaseMs }: WorkerRow, now: number): boolean {
    // A beat of the future is one of before the machine was started again.
    if (hasEnded(process) || beatMs > now + leaseMs) return true
    // While this worker could not beat, as on a full disk or a machine that stood still, the others could not either:
    // they have the time of a few beats to be heard of again.
    const isHeardOf = now - this.#steadySinceMs > Math.min(leaseMs / 2, 2 * longestBeatMs)
    return isHeardOf && now - beatMs > leaseMs
  }

  /**
   * Forgets what nobody has any more: what this worker has not defined, once it has had the time to, of what the one had
   * whose place it has taken; and what others had that are gone for long.
   */
  forgetHandled(): void {
    const settled = 'SELECT 1 AS one FROM cgk_workers WHERE id = ? AND since_ms <= ?'
    if (!this.#connection.get(settled, this.#id, nowMs() - settledAfterMs)) return
    this.#connection.run('DELETE FROM cgk_handled WHERE worker = ? AND inherited = 1', this.#id)
    this.#connection.run('DELETE FROM cgk_handled WHERE gone_at <= ?', Date.now() - goneForMs)
  }

  /** Forgets what others had in the transaction before. */
  begin(): void {
    this.#elsewhere.clear()
  }

  /** Takes nothing for written that was, in the transaction before. */
  rolledBack(): void {
    this.#isHandledWritten = false
  }

  /** The definitions of others for an event. */
  handledElsewhere(event: string): readonly Subscriber[] {
    const known = this.#elsewhere.get(event) ?? this.#readElsewhere(event)
    this.#elsewhere.set(event, known)
    return known
  }

  #readElsewhere(event: string): readonly Subscriber[] {
    const sql =
      'SELECT definition, event, max_attempts, compensate_on_cancel FROM cgk_handled WHERE event = ? AND (worker <> ? OR inherited = 1) GROUP BY definition'
    return this.#connection.all<HandledRow>(sql, event, this.#id).map((row) => ({
      definitionId: row.definition,
      maxAttempts: row.max_attempts,
      ...(row.compensate_on_cancel === 1 && { compensateOnCancel: true }),
    }))
  }

  /** Whether this worker may begin a run of this definition: it has it, or nobody has, so that the run fails. */
  mayBegin(definitionId: string): boolean {
    if (this.#ids.has(definitionId)) return true
    const sql = 'SELECT 1 AS one FROM cgk_handled WHERE definition = ? AND (worker <> ? OR inherited = 1) LIMIT 1'
    return this.#connection.get(sql, definitionId, this.#id) === undefined
  }

  /** Leaves: what it handled stays known for a while, since a restart is the usual reason. */
  leave(): void {
    this.#remove(this.#id)
  }

  #remove(id: number): void {
    this.#connection.run('DELETE FROM cgk_workers WHERE id = ?', id)
    this.#connection.run('UPDATE cgk_handled SET gone_at = ? WHERE worker = ?', Date.now(), id)
  }
}

/** The machine's monotonic clock. */
function nowMs(): number {
  return Number(process.hrtime.bigint() / 1_000_000n)
}
