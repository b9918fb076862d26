import type { ThrottleLimits } from '@cgk-platform/jobs-core/provider'

import type { Connection } from './connection.ts'
import { createLaneTriggers } from './lane-triggers.ts'
import { phases } from './rows.ts'

/** The throttles whose lanes this worker has brought up to date. */
export class KnownThrottles {
  readonly #rates = new Map<string, string>()
  /** Time after which to look at more open lanes, in milliseconds, if the last claim did not look at all of them. */
  lookAgainMs: number | undefined

  /** Forgets them, because the transaction was rolled back. */
  clear(): void {
    this.#rates.clear()
  }

  /**
   * Adds lanes for the waiting runs of a definition if it has none yet. If its limits have changed, opens all lanes, so
   * that the next claim closes them by the new limits.
   */
  update(connection: Connection, definitionId: string, { limit, periodMs, burst = 1 }: ThrottleLimits): void {
    const rate = JSON.stringify([limit, periodMs, burst])
    const sql = 'SELECT rate FROM cgk_throttles WHERE definition_id = ?'
    const stored = connection.get<{ rate: string }>(sql, definitionId)?.rate
    // Workers of two versions can have different limits. Each of them opens the lanes once.
    if (stored !== undefined && (stored === rate || this.#rates.get(definitionId) === rate)) return
    this.#rates.set(definitionId, rate)
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
