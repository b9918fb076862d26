import { turnBatch } from '../../../rules/turn-batch.ts'
import type { Connection } from '../file/connection.ts'
import { createTurnState, TenantTurns } from '../../../rules/tenant-turns.ts'

/** The kinds of what comes due. */
export type DueKind = 'job' | 'run'

/** Takes what is due of a tenant. */
export interface DueSource {
  /** True once it can take no more in this transaction. Default false. */
  readonly isFull?: boolean
  /** Takes up to `max` that are due. Returns their number. */
  take(tenant: string, max: number): number
  /** Returns when the next one of a tenant is due; `undefined` if none is left. */
  nextDueAt(tenant: string): number | undefined
}

/** Records that something of a tenant is due at a time, or waits for the tenant's turn (0). */
export function addDue(connection: Connection, kind: DueKind, tenant: string, dueAt: number): void {
  const sql =
    'INSERT INTO cgk_due (kind, tenant, due_at) VALUES (?, ?, ?) ' +
    'ON CONFLICT (kind, tenant) DO UPDATE SET due_at = excluded.due_at WHERE due_at > excluded.due_at'
  connection.run(sql, kind, tenant, dueAt)
}

/** Returns when the first of a kind is due; 0 if some may be due now. */
export function firstDueAt(connection: Connection, kind: DueKind): number | undefined {
  const sql = 'SELECT min(due_at) AS at FROM cgk_due WHERE kind = ?'
  return connection.get<{ at: number | null }>(sql, kind)?.at ?? undefined
}

/** The tenants that have delayed jobs or runs. Those of which some are due take turns, so that none waits for another's. */
export class DueTenants {
  readonly #connection: Connection
  readonly #kind: DueKind
  readonly #weights: ReadonlyMap<string, number>
  readonly #state = createTurnState()

  constructor(connection: Connection, kind: DueKind, weights: ReadonlyMap<string, number>) {
    this.#connection = connection
    this.#kind = kind
    this.#weights = weights
  }

  /** Takes up to `max` that are due. */
  take(max: number, now: number, source: DueSource): void {
    if (!this.#open(now)) return
    const turns = new TenantTurns(this.#state, this.#weights, (after, isIncluded) => this.#next(after, isIncluded))
    for (let left = max; left > 0;) {
      const dealt = turns.deal(left)
      if (dealt.length === 0) return
      for (const turn of dealt) {
        const taken = turn.granted > 0 ? source.take(turn.tenant, turn.granted) : 0
        left -= taken
        const isDone = turn.granted > 0 && !source.isFull && this.#closes(turn.tenant, now, source)
        turns.end(turn, taken, isDone ? 'done' : source.isFull ? 'cut' : 'more')
        if (source.isFull) return
      }
    }
  }

  /** Marks tenants whose time has come. Returns false if none may have anything that is due. */
  #open(now: number): boolean {
    const first = firstDueAt(this.#connection, this.#kind)
    if (first === undefined || first > now) return false
    const due = 'SELECT tenant FROM cgk_due WHERE kind = ?1 AND due_at > 0 AND due_at <= ?2 ORDER BY due_at LIMIT ?3'
    const sql = `UPDATE cgk_due SET due_at = 0 WHERE kind = ?1 AND tenant IN (${due})`
    this.#connection.run(sql, this.#kind, now, turnBatch)
    return true
  }

  #next(after: string, isIncluded: boolean): string | undefined {
    const sql = `SELECT tenant FROM cgk_due WHERE kind = ? AND due_at = 0 AND tenant ${isIncluded ? '>=' : '>'} ? ORDER BY tenant LIMIT 1`
    return this.#connection.get<{ tenant: string }>(sql, this.#kind, after)?.tenant
  }

  /** Returns whether nothing of a tenant is due any more. It then waits for its next time, if any. */
  #closes(tenant: string, now: number, source: DueSource): boolean {
    const dueAt = source.nextDueAt(tenant)
    if (dueAt !== undefined && dueAt <= now) return false
    if (dueAt === undefined) {
      this.#connection.run('DELETE FROM cgk_due WHERE kind = ? AND tenant = ?', this.#kind, tenant)
    } else {
      this.#connection.run('UPDATE cgk_due SET due_at = ? WHERE kind = ? AND tenant = ?', dueAt, this.#kind, tenant)
    }
    return true
  }
}
