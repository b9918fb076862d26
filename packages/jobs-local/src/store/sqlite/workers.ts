import type { Handled, Subscriber } from '../job-store.ts'
import type { Connection } from './connection.ts'
import { hasEnded, identifyProcess } from './process-identity.ts'

/** How long a worker lives before it says what nobody has any more: an app that starts defines its jobs one by one. */
const settledAfterMs = 10_000

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
  readonly undo_on_cancel: number
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
  #handled: readonly Handled[] = []
  #ids: ReadonlySet<string> = new Set()
  /** What others have for an event, as read in this transaction. */
  readonly #elsewhere = new Map<string, readonly Subscriber[]>()
  #isHandledWritten = false

  constructor(connection: Connection, leaseMs: number) {
    this.#connection = connection
    this.#leaseMs = leaseMs
  }

  /** This worker's id, which marks what it holds; 0 before it has ever beaten. */
  get id(): number {
    return this.#id
  }

  /** True once the others can know what this worker has. */
  get isToldAll(): boolean {
    return this.#isHandledWritten
  }

  /**
   * Says that this worker lives, as long as it was not said just now: each change lets the others look. Where it was
   * struck off meanwhile, it begins anew, as another one.
   */
  beat(): void {
    const now = nowMs()
    const last = this.#connection.get<{ at: number }>('SELECT beat_ms AS at FROM cgk_workers WHERE id = ?', this.#id)
    if (last && now - last.at > this.#leaseMs / 8) {
      this.#connection.run('UPDATE cgk_workers SET beat_ms = ? WHERE id = ?', now, this.#id)
    }
    if (!last) {
      const row = this.#connection.get<{ id: number }>(
        'INSERT INTO cgk_workers (process, beat_ms, lease_ms, since_ms) VALUES (?, ?, ?, ?) RETURNING id',
        this.#process,
        now,
        this.#leaseMs,
        now,
      )
      this.#id = row!.id
      this.#isHandledWritten = false
    }
    if (!this.#isHandledWritten) this.#writeHandled()
  }

  handle(handled: readonly Handled[]): void {
    this.#handled = handled
    this.#ids = new Set(handled.map(({ definitionId }) => definitionId))
    this.#isHandledWritten = false
  }

  #writeHandled(): void {
    this.#connection.run('DELETE FROM cgk_handled WHERE worker = ?', this.#id)
    for (const { definitionId, event = null, maxAttempts, undoOnCancel = false } of this.#handled) {
      const sql = 'INSERT INTO cgk_handled VALUES (?, ?, ?, ?, ?)'
      this.#connection.run(sql, this.#id, definitionId, event, maxAttempts, undoOnCancel ? 1 : 0)
    }
    this.#isHandledWritten = true
  }

  /** The workers that are gone; they are struck off. */
  strikeOff(): number[] {
    const now = nowMs()
    const gone = this.#connection
      .all<WorkerRow>('SELECT id, process, beat_ms, lease_ms FROM cgk_workers WHERE id <> ?', this.#id)
      .filter((worker) => isGone(worker, now))
      .map(({ id }) => id)
    for (const id of gone) this.#connection.run('DELETE FROM cgk_workers WHERE id = ?', id)
    return gone
  }

  /** Forgets what only workers had that are gone, once one is here that has had the time to define what it has. */
  forgetHandled(): void {
    const settled = 'SELECT 1 AS one FROM cgk_workers WHERE id = ? AND since_ms <= ?'
    if (!this.#connection.get(settled, this.#id, nowMs() - settledAfterMs)) return
    this.#connection.run('DELETE FROM cgk_handled WHERE worker NOT IN (SELECT id FROM cgk_workers)')
  }

  /** Forgets what others had in the transaction before. */
  begin(): void {
    this.#elsewhere.clear()
  }

  /** The definitions of others for an event. */
  handledElsewhere(event: string): readonly Subscriber[] {
    const known = this.#elsewhere.get(event) ?? this.#readElsewhere(event)
    this.#elsewhere.set(event, known)
    return known
  }

  #readElsewhere(event: string): readonly Subscriber[] {
    const sql =
      'SELECT definition, event, max_attempts, undo_on_cancel FROM cgk_handled WHERE event = ? AND worker <> ? GROUP BY definition'
    return this.#connection.all<HandledRow>(sql, event, this.#id).map((row) => ({
      definitionId: row.definition,
      maxAttempts: row.max_attempts,
      ...(row.undo_on_cancel === 1 && { undoOnCancel: true }),
    }))
  }

  /** Whether this worker may begin a run of this definition: it has it, or nobody has, so that the run fails. */
  mayBegin(definitionId: string): boolean {
    if (this.#ids.has(definitionId)) return true
    const sql = 'SELECT 1 AS one FROM cgk_handled WHERE definition = ? AND worker <> ? LIMIT 1'
    return this.#connection.get(sql, definitionId, this.#id) === undefined
  }

  /** Leaves: what it handled stays known for a while, since a restart is the usual reason. */
  leave(): void {
    this.#connection.run('DELETE FROM cgk_workers WHERE id = ?', this.#id)
  }
}

function isGone({ process, beat_ms: beatMs, lease_ms: leaseMs }: WorkerRow, now: number): boolean {
  // A beat of the future is one of before the machine was started again.
  return now - beatMs > leaseMs || beatMs > now + leaseMs || hasEnded(process)
}

/** The machine's monotonic clock. */
function nowMs(): number {
  return Number(process.hrtime.bigint() / 1_000_000n)
}
