import { arrivalWindow } from '../../../rules/turn-batch.ts'
import type { Connection } from '../file/connection.ts'
import { addDue } from './due-tenants.ts'

/** Decides how the new jobs of a send wait to be taken: in order of arrival, or for the turn of their tenant, which costs a write. */
export class Arrivals {
  /** The last number that a job has, as `lastSeq` returns it. */
  readonly lastSeq: number
  readonly #connection: Connection
  readonly #windowEnd: number
  /** True if any tenant has jobs that wait for its turn. */
  readonly #hasWaiting: boolean
  readonly #waiting = new Map<string, boolean>()
  readonly #dueAt = new Map<string, number>()

  constructor(connection: Connection) {
    const sql =
      'SELECT taken, max(taken, (SELECT ifnull(max(seq), 0) FROM cgk_jobs)) AS lastSeq, ' +
      "EXISTS (SELECT 1 FROM cgk_due WHERE kind = 'job' AND due_at = 0) AS hasWaiting FROM cgk_meta"
    const row = connection.get<{ taken: number; lastSeq: number; hasWaiting: number }>(sql)!
    this.#connection = connection
    this.lastSeq = row.lastSeq
    this.#windowEnd = row.taken + arrivalWindow
    this.#hasWaiting = row.hasWaiting === 1
  }

  /** Returns the state of a new job. */
  stateOf(seq: number, tenant: string, runAt: number | undefined): 'queued' | 'scheduled' | 'arrived' {
    if (runAt !== undefined) {
      this.#dueAt.set(tenant, Math.min(runAt, this.#dueAt.get(tenant) ?? Number.POSITIVE_INFINITY))
      return 'scheduled'
    }
    if (seq <= this.#windowEnd && !this.#isWaiting(tenant)) return 'queued'
    this.#dueAt.set(tenant, 0)
    return 'arrived'
  }

  /** Records the tenants whose jobs wait. */
  write(): void {
    for (const [tenant, dueAt] of this.#dueAt) addDue(this.#connection, 'job', tenant, dueAt)
  }

  /** Returns whether jobs of a tenant wait for its turn. Later ones must not overtake them. */
  #isWaiting(tenant: string): boolean {
    if (this.#dueAt.get(tenant) === 0) return true
    if (!this.#hasWaiting) return false
    let isWaiting = this.#waiting.get(tenant)
    if (isWaiting === undefined) {
      const sql = "SELECT 1 AS one FROM cgk_due WHERE kind = 'job' AND tenant = ? AND due_at = 0"
      this.#waiting.set(tenant, (isWaiting = this.#connection.get(sql, tenant) !== undefined))
    }
    return isWaiting
  }
}
