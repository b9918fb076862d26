import { elapsedOf } from '@cgk-platform/jobs-core/provider'

import type { MaybePromise } from '../store/engine-store.ts'
import { whenDone } from '../store/when-done.ts'
import type { EngineDependencies } from './engine-dependencies.ts'
import type { RunningAttempts } from './running-attempts.ts'

/** Time without the start or the end of an attempt after which waiting runs count as a standstill, in milliseconds. */
export const standstillAfterMs = 300_000

/** Stops counting waiting runs here. A file can contain millions. */
const maxCounted = 100_000

/** Runs that wait for slots that attempts hold without an end in sight. */
export interface Standstill {
  /** The number of attempts that hold the slots, by definition. */
  readonly holders: ReadonlyMap<string, number>
  /** Number of runs that wait for these slots. */
  readonly waiting: number
}

/** Notices that no attempt of this process begins or ends for a long time, although runs wait. */
export class StandstillWatch {
  readonly #dependencies: EngineDependencies
  readonly #running: RunningAttempts
  readonly #engine: { readonly hasDue: boolean }
  #progressAt: number

  /** @param engine - tells whether a waiting run could begin now */
  constructor(dependencies: EngineDependencies, running: RunningAttempts, engine: { readonly hasDue: boolean }) {
    this.#dependencies = dependencies
    this.#running = running
    this.#engine = engine
    this.#progressAt = elapsedOf(dependencies.clock)
  }

  /** When an attempt last began or ended, by elapsed time. */
  get progressAt(): number {
    return this.#progressAt
  }

  /** Called after attempts have begun or ended. */
  progressed(): void {
    this.#progressAt = elapsedOf(this.#dependencies.clock)
  }

  /**
   * Returns the waiting runs whose slots are all held by attempts without a `timeout`, if any. With free slots in the
   * process, a run waits only for those of its own definition, if it limits them.
   */
  find(): MaybePromise<Standstill | undefined> {
    const { clock, store, concurrency } = this.#dependencies
    if (this.#running.size === 0 || elapsedOf(clock) - this.#progressAt < standstillAfterMs) return undefined
    if (this.#engine.hasDue) return undefined
    const isFull = this.#running.size >= concurrency
    const held = [...this.#running.byDefinition]
    const endless = held.filter(([id]) => !this.#endsByItself(id) && (isFull || this.#isLimited(id)))
    if (isFull && endless.length < held.length) return undefined
    return whenDone(store.waitingRuns(maxCounted), (runs) => this.#standstillOf(runs, endless, isFull))
  }

  #standstillOf(
    runs: ReadonlyMap<string, number>,
    endless: readonly (readonly [string, number])[],
    isFull: boolean,
  ): Standstill | undefined {
    const waiting = [...runs].filter(([id]) => this.#dependencies.host.jobs.get(id))
    const holders = new Map(isFull ? endless : endless.filter(([id]) => waiting.some(([other]) => other === id)))
    const counts = waiting.map(([id, count]) => (isFull || holders.has(id) ? count : 0))
    const total = counts.reduce((sum, count) => sum + count, 0)
    return total > 0 ? { holders, waiting: total } : undefined
  }

  #isLimited(id: string): boolean {
    return this.#dependencies.host.jobs.get(id)?.concurrency !== undefined
  }

  /** Returns true if a timeout ends the attempts of a definition. A workflow's timeout applies to its steps only. */
  #endsByItself(id: string): boolean {
    const definition = this.#dependencies.host.jobs.get(id)
    return definition?.timeoutMs !== undefined && definition.kind !== 'workflow'
  }
}
