import type { LimitsOf, StoredRun } from '../job-store.ts'
import { claimRuns, Turns } from './claim-runs.ts'
import { claimSuspects, isEmptyWorkerWanted } from './claim-suspects.ts'
import type { Connection } from './connection.ts'
import type { HeldRuns } from './held-runs.ts'
import { hasReadyRun } from './open-work.ts'
import type { UnwrittenRuns } from './unwritten-runs.ts'
import type { Workers } from './workers.ts'

/** The dependencies of `Claims`. */
export interface ClaimsDependencies {
  readonly connection: Connection
  readonly workers: Workers
  readonly unwritten: UnwrittenRuns
  readonly held: HeldRuns
}

/** Claims runs for this worker. Keeps suspects, which may have ended their process, apart from other runs. */
export class Claims {
  readonly #dependencies: ClaimsDependencies
  readonly #turns = new Turns()

  constructor(dependencies: ClaimsDependencies) {
    this.#dependencies = dependencies
  }

  /** Returns when the next probation of a run of this worker ends; `undefined` if none is on probation. */
  probationEndsAt(now: number): number | undefined {
    let first: number | undefined
    for (const { probationEndsAt: at = 0 } of this.#dependencies.held.all()) {
      if (at > now && (first === undefined || at < first)) first = at
    }
    return first
  }

  /** Claims up to `max` runs. While a suspect is on probation, claims none. */
  claim(max: number, limitsOf: LimitsOf, now: number): readonly StoredRun[] {
    const { connection, workers, unwritten, held } = this.#dependencies
    const mayBegin = (definitionId: string): boolean => workers.mayBegin(definitionId)
    const options = { connection, max, worker: workers.id, limitsOf, mayBegin, now }
    if (max <= 0 || this.probationEndsAt(now) !== undefined) {
      unwritten.writeWaiting()
      return []
    }
    const suspects = claimSuspects({ ...options, slots: max + held.size, isEmpty: this.#isEmpty })
    if (suspects.length > 0 || this.#waitsUntilEmpty(mayBegin)) {
      unwritten.writeWaiting()
      return suspects
    }
    // Write runs as started only if no older run waits and no limit applies, because limits count the slots of all
    // workers.
    const isUnlimited = (definitionId: string): boolean => !limitsOf(definitionId) && mayBegin(definitionId)
    const direct = hasReadyRun(connection) ? [] : unwritten.writeStarted(max, workers.id, isUnlimited, now)
    unwritten.writeWaiting()
    return [...direct, ...claimRuns({ ...options, turns: this.#turns, max: max - direct.length })]
  }

  get #isEmpty(): boolean {
    const { connection, held, workers } = this.#dependencies
    const leftover = 'SELECT 1 AS one FROM cgk_leftovers WHERE worker = ? LIMIT 1'
    return held.size === 0 && connection.get(leftover, workers.id) === undefined
  }

  /** Returns whether this worker begins nothing because it runs only suspects, and others wait until it is empty. */
  #waitsUntilEmpty(mayBegin: (definitionId: string) => boolean): boolean {
    const { connection, held } = this.#dependencies
    if (this.#isEmpty) return false
    for (const { probationEndsAt } of held.all()) if (probationEndsAt === undefined) return false
    return isEmptyWorkerWanted(connection, mayBegin)
  }
}
