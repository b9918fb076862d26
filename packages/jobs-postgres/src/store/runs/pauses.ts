import type { Pause, PauseTarget } from '@cgk-platform/jobs-core'
import { runDetached } from '@cgk-platform/jobs-core/scheduling'
import { fromText, type StoredPauses } from '@cgk-platform/jobs-local/engine'

import type { Database } from '../../database/database.ts'
import { storedText } from '../stored-text.ts'

/** SQL for the key of the advisory lock that each claim holds in shared mode, and a change of the pauses alone. */
export const pausesLock = "hashtextextended('@cgk-platform/jobs pauses {schema}', 0)"

/** Most changes of one transaction. */
const maxBatch = 1000

const pauseSql =
  'INSERT INTO {schema}.pauses (kind, id, name, since) ' +
  'SELECT kind, id, name, {schema}.now_ms() FROM unnest($1::text[], $2::text[], $3::text[]) AS p (kind, id, name) ' +
  'ON CONFLICT DO NOTHING'
const resumeSql = 'DELETE FROM {schema}.pauses WHERE (kind, id) IN (SELECT * FROM unnest($1::text[], $2::text[]))'
const openSql = "UPDATE {schema}.lanes SET gate = NULL WHERE gate = 'paused' AND tenant = ANY($1::text[])"

interface PauseRow {
  readonly kind: 'definition' | 'tenant'
  readonly name: string
  readonly since: number
}

/** A pause or a resume that waits for its transaction. */
interface Change {
  readonly kind: PauseRow['kind']
  readonly name: string
  readonly isPaused: boolean
  readonly resolve: () => void
  readonly reject: (problem: unknown) => void
}

/** The definitions and tenants that are paused, for all workers. */
export class Pauses implements StoredPauses {
  readonly #database: Database
  readonly #resumed: () => void
  #waiting: Change[] = []
  #isWriting = false

  /** @param resumed - called once waiting runs may begin */
  constructor(database: Database, resumed: () => void) {
    this.#database = database
    this.#resumed = resumed
  }

  /** Each transaction waits for all claims. Changes that come during one share the next. */
  set({ tenantId, definitionId }: PauseTarget, isPaused: boolean): Promise<void> {
    const target =
      tenantId === undefined
        ? ({ kind: 'definition', name: definitionId } as const)
        : ({ kind: 'tenant', name: tenantId } as const)
    return new Promise((resolve, reject) => {
      this.#waiting.push({ ...target, isPaused, resolve, reject })
      if (this.#isWriting) return
      this.#isWriting = true
      // Outside the async context of this change, to which the others do not belong.
      runDetached(() => void this.#writeAll())
    })
  }

  async #writeAll(): Promise<void> {
    await Promise.resolve() // changes of this turn share the first transaction
    while (this.#waiting.length > 0) {
      const { isPaused } = this.#waiting[0]!
      const end = this.#waiting.findIndex((change) => change.isPaused !== isPaused)
      const batch = this.#waiting.splice(0, end < 0 ? maxBatch : Math.min(end, maxBatch))
      try {
        await this.#write(batch, isPaused)
        for (const { resolve } of batch) resolve()
      } catch (problem) {
        for (const { reject } of batch) reject(problem)
      }
    }
    this.#isWriting = false
  }

  async #write(batch: readonly Change[], isPaused: boolean): Promise<void> {
    const targets = [batch.map(({ kind }) => kind), batch.map(({ name }) => storedText(name))]
    await this.#database.transaction(async (transaction) => {
      await transaction.query(`SELECT pg_advisory_xact_lock(${pausesLock})`)
      if (isPaused) {
        await transaction.query(pauseSql, [...targets, batch.map(({ name }) => JSON.stringify(name))])
        return
      }
      await transaction.query(resumeSql, targets)
      const tenants = batch.flatMap(({ kind, name }) => (kind === 'tenant' ? storedText(name) : []))
      if (tenants.length > 0) await transaction.query(openSql, [tenants])
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
