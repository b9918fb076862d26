import { cronEventOf } from '@cgk-platform/jobs-core/provider'

import type { Queryable } from '../../database/database.ts'
import type { Changes } from '../changes.ts'
import { storedText } from '../stored-text.ts'

const writeSql =
  'INSERT INTO {schema}.ticks (definition, tick) VALUES ($1, $2) ' +
  'ON CONFLICT (definition) DO UPDATE SET tick = greatest({schema}.ticks.tick, excluded.tick)'

/** The last dispatched ticks of cron jobs, as far as this process knows. */
export class Ticks {
  readonly #changes: Changes
  readonly #known = new Map<string, number>()
  #opening: Promise<void> | undefined

  constructor(changes: Changes) {
    this.#changes = changes
  }

  /** Begins to read what other processes have dispatched. */
  open(): void {
    this.#opening = this.#read().then(
      () => (this.#opening = undefined),
      () => undefined, // given up
    )
  }

  /** Resolves once the ticks were read. `undefined`: they were. */
  get opening(): Promise<void> | undefined {
    return this.#opening
  }

  async #read(): Promise<void> {
    const rows = await this.#changes.make(
      (transaction) =>
        transaction.query<{ definition: string; tick: number }>('SELECT definition, tick FROM {schema}.ticks'),
      false,
    )
    for (const { definition, tick } of rows) this.#note(definition, tick)
  }

  /** Returns the last dispatched tick of a cron job, in epoch milliseconds. */
  last(definitionId: string): number | undefined {
    return this.#known.get(definitionId)
  }

  /**
   * Records the last dispatched tick of a cron job. An earlier tick than the recorded one changes nothing. The keys of the
   * jobs keep workers from running a tick twice.
   */
  set(definitionId: string, tick: number): void {
    this.#note(definitionId, tick)
    const made = this.#changes.make((transaction) => transaction.query(writeSql, [definitionId, tick]))
    made.catch(() => undefined) // given up
  }

  #note(definitionId: string, tick: number): void {
    this.#known.set(definitionId, Math.max(tick, this.#known.get(definitionId) ?? tick))
  }
}

const isOpen = 'r.definition = $1 AND r.tenant = $2 AND r.ended_at IS NULL'
const ofLanes =
  'SELECT 1 FROM {schema}.lanes l JOIN {schema}.open_runs r ON r.lane = l.id WHERE l.definition = $1 AND l.tenant = $2'
/** Each phase has an index of its own: some by the lane. */
const open = [
  ...['ready', 'waiting'].map((phase) => `${ofLanes} AND r.phase = '${phase}' AND r.ended_at IS NULL`),
  ...['held', 'suspect'].map((phase) => `SELECT 1 FROM {schema}.open_runs r WHERE ${isOpen} AND r.phase = '${phase}'`),
]
const newest = 'SELECT id, state FROM {schema}.jobs WHERE event = $3 AND tenant = $2 ORDER BY id DESC LIMIT 1'
const unstarted = `SELECT 1 FROM (${newest}) n WHERE state IS NULL AND NOT EXISTS (SELECT 1 FROM {schema}.runs r WHERE r.job = n.id)`
const sql = `SELECT 1 AS one WHERE ${[...open, unstarted].map((one) => `EXISTS (${one})`).join(' OR ')}`

/** Returns true while a run of this cron job and tenant has not ended, or the newest of their jobs has no run yet. */
export async function hasOpenRun(queryable: Queryable, definitionId: string, tenantId: string): Promise<boolean> {
  const values = [definitionId, storedText(tenantId), storedText(cronEventOf(definitionId))]
  const rows = await queryable.query(sql, values)
  return rows.length > 0
}
