import type { PgPool } from '@cgk-platform/jobs-postgres'
import type { Pool } from 'pg'

import { quantile } from '../../statistics.ts'
import { connections, openEnginePool } from './engine-pool.ts'
import { tapPool } from './tap-pool.ts'

/** The claims of a round, also those that found nothing. */
export interface Claims {
  readonly p50: number
  readonly p95: number
  readonly count: number
  /** Rows and index entries that were read, also by other statements. */
  readonly rows: number
}

/** Measures the transactions in which an engine claims runs. */
export class ClaimMeter {
  /** The pool for the engine. */
  readonly pool: PgPool
  readonly #pool: Pool
  #claimsMs: number[] = []
  #rowsBefore = 0

  constructor(connectionString: string) {
    this.#pool = openEnginePool(connectionString)
    this.pool = tapPool(this.#pool, () => {
      const takenAt = performance.now()
      let isClaim = false
      return {
        // Nothing else reads payloads in a process that only works.
        answered: (_query, columns) => void (isClaim ||= columns.includes('envelope')),
        released: () => void (isClaim && this.#claimsMs.push(performance.now() - takenAt)),
      }
    })
  }

  async begin(): Promise<void> {
    this.#rowsBefore = await this.#rowsRead()
    this.#claimsMs = []
  }

  async end(): Promise<Claims> {
    const all = this.#claimsMs
    const rows = (await this.#rowsRead()) - this.#rowsBefore
    if (all.length === 0) throw new Error('No statement of the engine returned an envelope.')
    return { p50: quantile(all, 0.5), p95: quantile(all, 0.95), count: all.length, rows }
  }

  /** Returns the number of rows and index entries that were read, except in catalogs and in history, which upkeep reads. */
  async #rowsRead(): Promise<number> {
    // Connections keep their statistics for seconds.
    const clients = await Promise.all(Array.from({ length: connections - 1 }, () => this.#pool.connect()))
    for (const client of clients) await client.query('SELECT pg_stat_force_next_flush()')
    const { rows } = await clients[0]!.query<{ rows: string }>(
      `SELECT (SELECT sum(seq_tup_read) FROM pg_stat_user_tables WHERE relname <> 'ended_runs')
        + (SELECT sum(idx_tup_read) FROM pg_stat_user_indexes WHERE relname <> 'ended_runs') AS rows`,
    )
    for (const client of clients) client.release()
    return Number(rows[0]!.rows)
  }
}
