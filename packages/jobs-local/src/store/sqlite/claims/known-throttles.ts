import { byLimits, type ThrottleLimits } from '@cgk-platform/jobs-core/scheduling'

import type { Connection } from '../file/connection.ts'
import { createLaneTriggers } from '../tables/lanes-table.ts'
import { phases } from '../tables/rows.ts'

/** The throttles whose lanes this worker has brought up to date. */
export class KnownThrottles {
  readonly #rates = new Map<string, string>()
  /** The workers that may have changed the throttles. */
  #workers: string | null = null

  /** Forgets them, because the transaction was rolled back. */
  clear(): void {
    this.#rates.clear()
  }

  /**
   * Applies the limits of a definition once, and again when they have changed, or when a worker has ended that may have
   * had others. Not each time, because two versions of workers would do so in turn, without end.
   */
  update(connection: Connection, definitionId: string, throttle: ThrottleLimits, now: number): void {
    const { limit, periodMs, burst = 1, key } = throttle
    const sql = 'SELECT group_concat(id) AS workers FROM (SELECT id FROM cgk_workers ORDER BY id)'
    const { workers } = connection.get<{ workers: string | null }>(sql)!
    if (workers !== this.#workers) this.#rates.clear()
    this.#workers = workers
    const rate = JSON.stringify([limit, periodMs, burst])
    const isKnown = this.#rates.get(definitionId) === rate
    this.#rates.set(definitionId, rate)
    if (key !== undefined) this.#updateLanes(connection, definitionId, { rate, isKnown })
    if (isKnown) return
    const latest = byLimits(Number.POSITIVE_INFINITY, throttle, now)!
    connection.run(
      "UPDATE cgk_lanes SET state = min(state, ?2), open_at = iif(tenant = '', NULL, iif(open_at > 0, 0, open_at)) " +
        'WHERE definition_id = ?1 AND (state > ?2 OR open_at > ?2)',
      definitionId,
      latest,
    )
  }

  /**
   * Adds lanes for the waiting runs of a definition if it has none yet. If its limits have changed, opens all lanes, so
   * that the next claim closes them by the new limits.
   */
  #updateLanes(
    connection: Connection,
    definitionId: string,
    { rate, isKnown }: { readonly rate: string; readonly isKnown: boolean },
  ): void {
    const sql = 'SELECT rate FROM cgk_throttles WHERE definition_id = ?'
    const stored = connection.get<{ rate: string }>(sql, definitionId)?.rate
    // Workers of two versions can have different limits. Each of them opens the lanes once.
    if (stored !== undefined && (stored === rate || isKnown)) return
    connection.run('INSERT OR REPLACE INTO cgk_throttles (definition_id, rate) VALUES (?, ?)', definitionId, rate)
    if (stored !== undefined) {
      connection.run('UPDATE cgk_lanes SET open_at = 0 WHERE open_at > 0 AND definition_id = ?', definitionId)
      return
    }
    // From now on, triggers add them.
    createLaneTriggers(connection)
    connection.run(
      'INSERT INTO cgk_lanes (definition_id, tenant, key, open_at) SELECT DISTINCT definition_id, tenant, throttle_key, 0 ' +
        `FROM cgk_runs WHERE phase = ${phases.ready} AND definition_id = ? ` +
        'ON CONFLICT (definition_id, tenant, key) DO UPDATE SET open_at = 0 WHERE open_at IS NULL',
      definitionId,
    )
  }
}
