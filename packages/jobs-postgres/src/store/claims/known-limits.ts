import { byLimits } from '@cgk-platform/jobs-core/scheduling'
import type { RunLimits } from '@cgk-platform/jobs-local/engine'

import type { Queryable } from '../../database/database.ts'
import type { OpenDefinition } from './find-open-work.ts'

/** The limits that this worker has brought up to date. */
export class KnownLimits {
  #known = new Map<string, string>()
  /** Those that this transaction applies. */
  #applied = new Map<string, string>()

  /** Begins a transaction. */
  begin(): void {
    this.#applied = new Map()
  }

  /** Keeps what the transaction has applied, which is durable. */
  committed(): void {
    for (const [definition, limits] of this.#applied) this.#known.set(definition, limits)
  }

  /**
   * Applies the limits of a definition once, and again when they have changed: opens what others have closed by other
   * limits. Not each time, because two versions of workers would do so in turn, without end. Returns whether it did.
   */
  async apply(transaction: Queryable, one: OpenDefinition, limits: RunLimits, now: number): Promise<boolean> {
    const { definition } = one
    const { concurrency, throttle } = limits
    const text = JSON.stringify([concurrency, throttle])
    const isLimited = concurrency !== undefined || throttle !== undefined
    const isLost = isLimited && !one.has_limits // the tables were restored from a backup
    if ((this.#applied.get(definition) ?? this.#known.get(definition)) === text && !isLost) return false
    this.#applied.set(definition, text)
    if (isLimited ? one.rule === text : !one.has_limits) return false
    await transaction.query(
      'INSERT INTO {schema}.limits (definition, rule) VALUES ($1, $2) ' +
        'ON CONFLICT (definition) DO UPDATE SET rule = excluded.rule, is_full = false, open_at = NULL',
      [definition, text],
    )
    await transaction.query(
      'UPDATE {schema}.lanes SET gate = NULL, open_at = NULL WHERE id IN (SELECT id FROM {schema}.lanes ' +
        "WHERE definition = $1 AND gate IN ('key', 'tenant', 'throttle') ORDER BY id FOR NO KEY UPDATE SKIP LOCKED)",
      [definition],
    )
    if (!throttle) return true
    const latest = byLimits(Number.POSITIVE_INFINITY, throttle, now)!
    await transaction.query('UPDATE {schema}.buckets SET state = $2 WHERE definition = $1 AND state > $2', [
      definition,
      latest,
    ])
    return true
  }
}
