import { type Clock, elapsedOf } from '@cgk-platform/jobs-core/provider'

import { maxApartMs } from '../../../rules/suspects.ts'
import { turnBatch } from '../../../rules/turn-batch.ts'
import type { LimitsOf, RunLimits } from '../../job-store.ts'
import type { StoredRun } from '../../../records/stored-run.ts'
import type { ClaimOptions } from './claim-options.ts'
import { claimRuns } from './claim-runs.ts'
import { claimSuspects, isEmptyWorkerWanted } from './claim-suspects.ts'
import type { Connection } from '../file/connection.ts'
import type { HeldRuns } from '../workers/held-runs.ts'
import { fittingRuns } from '../tables/parked-runs.ts'
import { countReadyRuns, hasReadyRun, nextDueAt } from '../tables/open-work.ts'
import { DueTenants } from '../tables/due-tenants.ts'
import { KnownThrottles } from './known-throttles.ts'
import { openDueLanes } from '../tables/lanes-table.ts'
import { PassBound } from '../../../rules/pass-bound.ts'
import { phases } from '../tables/rows.ts'
import { Turns } from '../../../rules/turns.ts'
import { nextRunDueAt, wakeDueRuns } from '../tables/runs-table.ts'
import type { UnwrittenRuns } from './unwritten-runs.ts'
import type { WorkerDefinitions } from '../workers/worker-definitions.ts'
import type { Workers } from '../workers/workers.ts'

/** The condition for the workers of this worker's process: its clients. */
const isInProcess = 'process = (SELECT process FROM cgk_workers WHERE id = ?1)'
const ofProcess = `SELECT id FROM cgk_workers WHERE ${isInProcess}`

/** The dependencies of `Claims`. */
export interface ClaimsDependencies {
  readonly connection: Connection
  readonly workers: Workers
  readonly unwritten: UnwrittenRuns
  readonly held: HeldRuns
  /** The turns of a tenant in each round. Default 1. */
  readonly tenantWeights: ReadonlyMap<string, number>
  readonly clock: Pick<Clock, 'now' | 'elapsed'>
}

/**
 * Claims runs for this worker. Keeps suspects, which may have ended their process, apart from the other runs of this
 * process, which can have several clients on a file.
 */
export class Claims {
  readonly #dependencies: ClaimsDependencies
  readonly #turns = new Turns()
  readonly #throttles = new KnownThrottles()
  readonly #dueRuns: DueTenants
  /** The bound of the last claim. */
  #bound = new PassBound()
  /** Since when this worker begins only suspects, in elapsed time. */
  #apartSince: number | undefined
  /** True if the last claim found at least as many runs as one turn of the event loop begins. */
  #hasFilledTurn = false
  /** When the last probation in this process ends, in elapsed time, as of the last claim. */
  #probationEndsAt = 0

  constructor(dependencies: ClaimsDependencies) {
    this.#dependencies = dependencies
    this.#dueRuns = new DueTenants(dependencies.connection, 'run', dependencies.tenantWeights)
  }

  /** Returns when the next delayed job or run is due, or a claim might find a run because time has passed. */
  nextDueAt(now: number): number | undefined {
    const elapsedMs = this.#elapsedMs
    // A probation of this process ends, or this worker begins others beside suspects again.
    const ends = [this.#probationEndsAt, (this.#apartSince ?? -maxApartMs) + maxApartMs]
    const waits = ends.filter((at) => at > elapsedMs).map((at) => now + Math.ceil(at - elapsedMs))
    if (this.#bound.isCut) waits.push(now)
    const due = nextDueAt(this.#dependencies.connection)
    return due === undefined && waits.length === 0 ? undefined : Math.min(due ?? Number.POSITIVE_INFINITY, ...waits)
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

  /** Records until when a suspect of this worker is on probation, for the other workers of its process. */
  writeProbation(): void {
    const { connection, held, workers } = this.#dependencies
    this.#probationEndsAt = Math.max(0, ...[...held.all()].map(({ probationEndsAt = 0 }) => Math.ceil(probationEndsAt)))
    connection.run('UPDATE cgk_workers SET probation_ends_ms = ? WHERE id = ?', this.#probationEndsAt, workers.id)
  }

  /** Claims up to `max` runs, and the other runs of their batches. */
  claim(max: number, limitsOf: LimitsOf, now: number): readonly StoredRun[] {
    const { connection, unwritten } = this.#dependencies
    const { batches, paused } = unwritten
    this.#bound = new PassBound()
    paused.clear()
    this.#dueRuns.take(turnBatch, now, {
      take: (tenant, most) => wakeDueRuns(connection, tenant, most, now),
      nextDueAt: (tenant) => nextRunDueAt(connection, tenant),
    })
    openDueLanes(connection, now)
    if (paused.releaseResumed()) this.#bound.cut()
    return batches.claim(max, limitsOf, now, (slots) => this.#claim(slots, limitsOf, now))
  }

  /** Claims up to `max` runs. While a suspect is on probation, claims no other suspect, and for a while nothing. */
  #claim(max: number, limitsOf: LimitsOf, now: number): readonly StoredRun[] {
    const { connection, workers, unwritten, tenantWeights: weights } = this.#dependencies
    const { paused } = unwritten
    const mayBegin = (definitionId: string): boolean => workers.definitions.mayBegin(definitionId)
    const own = { throttles: this.#throttles, bound: this.#bound }
    const options = { connection, max, worker: workers.id, limitsOf, mayBegin, now, paused, ...own }
    if (max <= 0) {
      unwritten.writeWaiting()
      return []
    }
    const elapsedMs = this.#elapsedMs
    const { suspects, keepsApart } = this.#claimSuspects(options, elapsedMs)
    this.#apartSince = keepsApart ? (this.#apartSince ?? elapsedMs) : undefined
    const free = max - suspects.length
    if (free === 0 || (keepsApart && this.#mayKeepApart(elapsedMs))) {
      unwritten.writeWaiting()
      return suspects
    }
    const fitting = fittingRuns(connection, workers.definitions.own, free)
    const ready = fitting.reduce((sum, { count }) => sum + count, countReadyRuns(connection, free))
    // If more runs wait than may begin, the new ones take their turns with them.
    if (ready >= free) unwritten.writeWaiting()
    const turning = { ...options, turns: this.#turns, weights, fitting }
    const older = ready > 0 ? claimRuns({ ...turning, max: free }) : []
    // Limits count the slots of all workers, so the runs that they allow are known once all others are written.
    const isUnlimited = ({ definitionId, job: { envelope } }: StoredRun): boolean =>
      !isLimited(limitsOf(definitionId)) && !paused.isPaused(definitionId, envelope.tenantId) && mayBegin(definitionId)
    const direct = unwritten.writeStarted({ ...turning, max: free - older.length, mayBegin: isUnlimited })
    const left = free - older.length - direct.length
    const limited = unwritten.writeWaiting() > 0 ? claimRuns({ ...turning, max: left }) : []
    const claimed = [...suspects, ...older, ...direct, ...limited]
    this.#hasFilledTurn = claimed.length >= turnBatch
    return claimed
  }

  /** Reverts what this worker knows from a transaction that was rolled back. */
  rollBack(): void {
    this.#throttles.clear()
  }

  /** Returns whether this worker has not begun only suspects for too long. */
  #mayKeepApart(elapsedMs: number): boolean {
    return elapsedMs - (this.#apartSince ?? elapsedMs) < maxApartMs
  }

  get #elapsedMs(): number {
    return elapsedOf(this.#dependencies.clock)
  }

  /** Claims suspects. Returns them, and whether this worker begins no others beside them or before them. */
  #claimSuspects(
    options: Omit<ClaimOptions, 'turns' | 'weights' | 'fitting'>,
    elapsedMs: number,
  ): { suspects: StoredRun[]; keepsApart: boolean } {
    const { connection, workers, held } = this.#dependencies
    const { probationEndsAt, waits } = connection.get<{ probationEndsAt: number; waits: number }>(
      `SELECT max(probation_ends_ms) AS probationEndsAt, EXISTS (SELECT 1 FROM cgk_runs WHERE phase = ${phases.suspect}) AS waits ` +
        `FROM cgk_workers WHERE ${isInProcess}`,
      workers.id,
    )!
    this.#probationEndsAt = probationEndsAt
    const isOnProbation = probationEndsAt > elapsedMs
    if (isOnProbation || waits === 0) return { suspects: [], keepsApart: isOnProbation }
    const { isEmpty, hasOthers } = this.#processLoad
    const placeOf = (definitionId: string): ReturnType<WorkerDefinitions['placeOf']> =>
      workers.definitions.placeOf(definitionId)
    const slots = options.max + held.slots
    const isInOrder = !hasOthers && this.#mayKeepApart(elapsedMs)
    const suspects = claimSuspects({ ...options, elapsedMs, slots, isEmpty, isInOrder, placeOf })
    for (const run of suspects ?? []) held.add(run)
    if (suspects && suspects.length > 0) this.writeProbation()
    if (suspects?.length === 0) {
      const isHere = (definitionId: string, tenant: string): boolean =>
        !options.paused.isPaused(definitionId, tenant) &&
        (options.mayBegin(definitionId) || placeOf(definitionId) === 'here')
      return { suspects, keepsApart: !isEmpty && !hasOthers && isEmptyWorkerWanted(connection, isHere) }
    }
    return { suspects: suspects ?? [], keepsApart: true }
  }

  /** Tells if this process runs nothing, and if it runs anything besides suspects. */
  get #processLoad(): { isEmpty: boolean; hasOthers: boolean } {
    const { connection, workers } = this.#dependencies
    const { slots, others } = connection.get<{ slots: number; others: number }>(
      `SELECT count(*) + (SELECT count(*) FROM cgk_leftovers WHERE worker IN (${ofProcess})) AS slots, ` +
        `count(*) FILTER (WHERE crashes = 0) AS others FROM cgk_runs WHERE phase = ${phases.held} AND worker IN (${ofProcess})`,
      workers.id,
    )!
    return { isEmpty: slots === 0, hasOthers: others > 0 }
  }
}

function isLimited({ concurrency, throttle }: RunLimits = {}): boolean {
  return concurrency !== undefined || throttle !== undefined
}
