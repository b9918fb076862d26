import { type Clock, elapsedOf } from '@cgk-platform/jobs-core/provider'

import { turnBatch } from '../../turn-batch.ts'
import type { LimitsOf, StoredRun } from '../job-store.ts'
import { claimRuns, Turns } from './claim-runs.ts'
import { claimSuspects, isEmptyWorkerWanted } from './claim-suspects.ts'
import type { Connection } from './connection.ts'
import type { HeldRuns } from './held-runs.ts'
import { countReadyRuns, hasReadyRun } from './open-work.ts'
import type { UnwrittenRuns } from './unwritten-runs.ts'
import type { Workers } from './workers.ts'

/** Maximum time in which a worker begins only suspects, in milliseconds. Then others begin beside them. */
const maxApartMs = 15_000

/** The dependencies of `Claims`. */
export interface ClaimsDependencies {
  readonly connection: Connection
  readonly workers: Workers
  readonly unwritten: UnwrittenRuns
  readonly held: HeldRuns
  readonly clock: Pick<Clock, 'now' | 'elapsed'>
}

/** Claims runs for this worker. Keeps suspects, which may have ended their process, apart from other runs. */
export class Claims {
  readonly #dependencies: ClaimsDependencies
  readonly #turns = new Turns()
  /** Since when this worker begins only suspects, in elapsed time. */
  #apartSince: number | undefined
  /** Whether the last claim found as many runs as begin in one turn of the event loop. */
  #hasFilledTurn = false

  constructor(dependencies: ClaimsDependencies) {
    this.#dependencies = dependencies
  }

  /**
   * Returns in how many milliseconds a probation of this worker ends, or it begins others beside suspects again;
   * `undefined` if it waits for neither.
   */
  get waitMs(): number | undefined {
    const elapsedMs = this.#elapsedMs
    const ends = [...this.#dependencies.held.all()].map(({ probationEndsAt = 0 }) => probationEndsAt)
    if (this.#apartSince !== undefined) ends.push(this.#apartSince + maxApartMs)
    const first = Math.min(...ends.filter((at) => at > elapsedMs))
    return first === Number.POSITIVE_INFINITY ? undefined : Math.ceil(first - elapsedMs)
  }

  /** Whether a run may still be found to end its process. */
  isOnProbation({ probationEndsAt = 0 }: StoredRun): boolean {
    return probationEndsAt > this.#elapsedMs
  }

  /**
   * Returns how many due jobs to take. While older runs fill whole turns, fewer than begin, until none of them waits: a
   * run that begins at once is written once, but one that waits is written, read and changed. That costs a fifth more
   * processor time for a small job.
   */
  maxDue(max: number): number {
    return this.#hasFilledTurn && hasReadyRun(this.#dependencies.connection) ? Math.ceil(max / 2) : max
  }

  /** Claims up to `max` runs. While a suspect is on probation, claims no other suspect, and for a while nothing. */
  claim(max: number, limitsOf: LimitsOf, now: number): readonly StoredRun[] {
    const { connection, workers, unwritten, held } = this.#dependencies
    const mayBegin = (definitionId: string): boolean => workers.mayBegin(definitionId)
    const options = { connection, max, worker: workers.id, limitsOf, mayBegin, now }
    if (max <= 0) {
      unwritten.writeWaiting()
      return []
    }
    const elapsedMs = this.#elapsedMs
    const isOnProbation = [...held.all()].some((run) => this.isOnProbation(run))
    const isEmpty = this.#isEmpty
    const suspects = isOnProbation ? [] : claimSuspects({ ...options, elapsedMs, slots: max + held.size, isEmpty })
    const keepsApart = isOnProbation || suspects.length > 0 || (!isEmpty && this.#waitsUntilEmpty(mayBegin))
    this.#apartSince = keepsApart ? (this.#apartSince ?? elapsedMs) : undefined
    const free = max - suspects.length
    if (free === 0 || (this.#apartSince !== undefined && elapsedMs - this.#apartSince < maxApartMs)) {
      unwritten.writeWaiting()
      return suspects
    }
    const ready = countReadyRuns(connection, free)
    // If more runs wait than may begin, the new ones take their turns with them.
    if (ready === free) unwritten.writeWaiting()
    const turns = this.#turns
    const older = ready > 0 ? claimRuns({ ...options, turns, max: free }) : []
    // Limits count the slots of all workers, so the runs that they allow are known once all others are written.
    const isUnlimited = (definitionId: string): boolean => !limitsOf(definitionId) && mayBegin(definitionId)
    const direct = unwritten.writeStarted(free - older.length, workers.id, isUnlimited, now)
    const left = free - older.length - direct.length
    const limited = unwritten.writeWaiting() > 0 ? claimRuns({ ...options, turns, max: left }) : []
    const claimed = [...suspects, ...older, ...direct, ...limited]
    this.#hasFilledTurn = claimed.length >= turnBatch
    return claimed
  }

  get #elapsedMs(): number {
    return elapsedOf(this.#dependencies.clock)
  }

  get #isEmpty(): boolean {
    const { connection, held, workers } = this.#dependencies
    const leftover = 'SELECT 1 AS one FROM cgk_leftovers WHERE worker = ? LIMIT 1'
    return held.size === 0 && connection.get(leftover, workers.id) === undefined
  }

  /** Returns whether this worker begins nothing because it runs only suspects, and others wait until it is empty. */
  #waitsUntilEmpty(mayBegin: (definitionId: string) => boolean): boolean {
    const { connection, held } = this.#dependencies
    for (const { probationEndsAt } of held.all()) if (probationEndsAt === undefined) return false
    return isEmptyWorkerWanted(connection, mayBegin)
  }
}
