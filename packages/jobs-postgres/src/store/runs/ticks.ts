import type { Changes } from '../changes.ts'

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
