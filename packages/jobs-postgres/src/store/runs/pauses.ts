import type { Pause, PauseTarget } from '@cgk-platform/jobs-core'
import { fromText, type StoredPauses } from '@cgk-platform/jobs-local/engine'

import type { Database } from '../../database/database.ts'
import { storedText } from '../stored-text.ts'

/** SQL for the key of the advisory lock that each claim holds in shared mode, and a change of the pauses alone. */
export const pausesLock = "hashtextextended('@cgk-platform/jobs pauses {schema}', 0)"

interface PauseRow {
  readonly kind: 'definition' | 'tenant'
  readonly name: string
  readonly since: number
}

/** The definitions and tenants that are paused, for all workers. */
export class Pauses implements StoredPauses {
  readonly #database: Database
  readonly #resumed: () => void

  /** @param resumed - called once waiting runs may begin */
  constructor(database: Database, resumed: () => void) {
    this.#database = database
    this.#resumed = resumed
  }

  async set(target: PauseTarget, isPaused: boolean): Promise<void> {
    const { tenantId, definitionId } = target
    const [kind, name] = tenantId === undefined ? ['definition', definitionId] : ['tenant', tenantId]
    await this.#database.transaction(async (transaction) => {
      await transaction.query(`SELECT pg_advisory_xact_lock(${pausesLock})`)
      if (isPaused) {
        const sql =
          'INSERT INTO {schema}.pauses (kind, id, name, since) VALUES ($1, $2, $3, {schema}.now_ms()) ON CONFLICT DO NOTHING'
        await transaction.query(sql, [kind, storedText(name), JSON.stringify(name)])
        return
      }
      await transaction.query('DELETE FROM {schema}.pauses WHERE kind = $1 AND id = $2', [kind, storedText(name)])
      if (kind === 'tenant')
        await transaction.query("UPDATE {schema}.lanes SET gate = NULL WHERE gate = 'paused' AND tenant = $1", [
          storedText(name),
        ])
    })
    if (!isPaused) this.#resumed()
  }

  async all(): Promise<Pause[]> {
    const sql = 'SELECT kind, name, since FROM {schema}.pauses ORDER BY kind, id'
    const rows = await this.#database.query<PauseRow>(sql)
    return rows.map(({ kind, name, since }) => ({
      ...(kind === 'definition' ? { definitionId: String(fromText(name)) } : { tenantId: String(fromText(name)) }),
      since: new Date(since),
    }))
  }
}
