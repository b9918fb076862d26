import type { JobState, PauseTarget } from '@cgk-platform/jobs-core'
import type { Clock } from '@cgk-platform/jobs-core/provider'
import type { DebounceTimes } from '@cgk-platform/jobs-core/scheduling'

import type { SlotFacts } from '../../records/slot-facts.ts'
import type { LimitsOf } from '../job-store.ts'
import { enterAttempt, enterState, lastErrorOf, moveDue } from '../../records/enter-state.ts'
import { parkedFor } from '../../records/parked-for.ts'
import { type BegunRun, hasBegun, type QueuedRun, type StoredRun } from '../../records/stored-run.ts'
import type { WorkerDefinition } from '../../records/subscriber.ts'
import { beginBatch, leaveBatch } from './begin-attempt.ts'
import { DebouncedRuns } from './debounced-runs.ts'
import { DueInTurn } from './due-in-turn.ts'
import { GatheringRuns } from './gathering-runs.ts'
import { ReadyQueue, type ReadyQueueOptions } from './lanes/ready-queue.ts'

/** A run that waits for its due time. Stale if the run's `dueAt` has changed since. */
interface DueRun {
  readonly run: StoredRun
  readonly dueAt: number
}

/** The state of a run while it waited. */
interface WaitState {
  readonly state: JobState
  readonly pause: StoredRun['pause'] | undefined
  readonly dueAt: number | undefined
}

/** The waiting runs: those that wait for a time, and those that wait for a slot. */
export class RunQueue {
  readonly #delayed: DueInTurn<DueRun>
  readonly #debounced = new DebouncedRuns()
  readonly #gathering = new GatheringRuns((leader) => this.#ready.push(leader))
  readonly #ready: ReadyQueue

  readonly #clock: Pick<Clock, 'now'>
  /** The workflows that wait for other code. */
  readonly #parked = new Set<StoredRun>()
  #definitions: readonly WorkerDefinition[] = []

  constructor(options: ReadyQueueOptions, clock: Pick<Clock, 'now'>) {
    this.#ready = new ReadyQueue(options)
    this.#delayed = new DueInTurn({ isStale: ({ run, dueAt }) => run.dueAt !== dueAt, weights: options.weights })
    this.#clock = clock
  }

  /** Adds a run that waits for a slot, or first for a batch. */
  push(run: StoredRun): void {
    if (run.gather) this.#gathering.add(run, run.gather)
    else this.#ready.push(run)
  }

  /** Adds a new run. A debounced one waits for its quiet period: returns the run that it has superseded. */
  add(run: StoredRun, times: DebounceTimes | undefined, now: number): StoredRun | undefined {
    if (!times) {
      this.push(run)
      return undefined
    }
    const { dueAt, superseded } = this.#debounced.add(run, times, now)
    if (superseded) {
      enterState(superseded, { state: 'superseded', endedAt: now, supersededBy: run.job.envelope.id })
      this.#delayed.markStale(superseded.job.envelope.tenantId)
    }
    this.delay(enterState(run, { state: 'scheduled', dueAt }), dueAt)
    return superseded
  }

  /** Adds a run that waits until its `dueAt`. */
  delay(run: StoredRun, dueAt: number): void {
    this.#delayed.push(run.job.envelope.tenantId, { run, dueAt }, dueAt)
  }

  /**
   * Suspends a workflow until a time or until a wait is resolved. If one was resolved while its attempt was ending,
   * resumes it at once.
   */
  suspend(run: BegunRun, wakeAt: number | undefined): void {
    const waitsForVersion = this.#waitsForVersion(run)
    if (run.wakePending && !waitsForVersion) return this.resume(run)
    const dueAt = waitsForVersion ? run.workflow?.parked?.until : wakeAt
    enterAttempt(run, { pause: 'asleep', ...(dueAt !== undefined && { dueAt }) })
    if (run.workflow?.parked) this.#parked.add(run)
    if (dueAt !== undefined) this.delay(run, dueAt)
  }

  /** Resumes a workflow that is asleep, unless it waits for a version, or that is about to be suspended. */
  wake(run: StoredRun): void {
    if (!hasBegun(run) || run.pause === 'awake') return
    const { pause, dueAt, resumed = false } = run
    if (pause === 'asleep' && this.#waitsForVersion(run)) return
    if (pause === undefined) return enterAttempt(run, { resumed, wakePending: true })
    this.resume(run)
    if (dueAt !== undefined) this.#delayed.markStale(run.job.envelope.tenantId)
  }

  /** Number of workflows that wait for other code. */
  get parkedCount(): number {
    return this.#parked.size
  }

  /** Resumes the workflows that wait for other code, because that of these definitions may fit. */
  lookAgain(definitions: readonly WorkerDefinition[]): void {
    this.#definitions = definitions
    for (const run of this.#parked) this.wake(run)
  }

  /** Adds a suspended workflow that waits for a slot to resume. @param since - when it came due. Default: now. */
  resume(run: BegunRun, since: number = this.#clock.now()): void {
    enterAttempt(run, { pause: 'awake' })
    this.#parked.delete(run)
    this.#waitsFrom(run, since)
    this.#ready.push(run)
  }

  /** Adds a run that begins again. @param since - when it came due */
  again(run: QueuedRun, since: number): void {
    this.#waitsFrom(run, since)
    this.push(run)
  }

  /** Removes a run that ended while it waited. `before` is its state while it waited. */
  drop(run: StoredRun, before: WaitState): void {
    this.#parked.delete(run)
    if (before.dueAt !== undefined) this.#delayed.markStale(run.job.envelope.tenantId)
    if (before.state === 'scheduled') this.#debounced.remove(run)
    if (run.gather && this.#gathering.remove(run)) return
    if (before.state === 'queued' || before.pause === 'awake') this.#ready.markStale(run)
  }

  /** Takes the next run that its limits allow, with the others of its batch. It counts as running until `release`. */
  take(limitsOf: LimitsOf, now: number): StoredRun | undefined {
    const run = this.#ready.take(limitsOf, now)
    if (run?.gather) beginBatch(run, this.#gathering, limitsOf, now)
    return run
  }

  /** Returns what limits the start of a waiting run. */
  slotsOf(run: StoredRun): SlotFacts {
    return this.#ready.slotsOf(run)
  }

  /** Lets no run wait for a batch from now on. */
  endGathering(): void {
    this.#gathering.end()
  }

  release(run: StoredRun): void {
    this.#ready.release(run)
    // So that no job keeps the others of its batch in memory. The run may follow in another batch by now.
    if (typeof run.gather?.role === 'object') leaveBatch(run)
  }

  /** Lets runs try to start that waited because their definition or tenant was paused. */
  unpause(target: PauseTarget): void {
    this.#ready.resume(target)
  }

  /** Moves up to `max` due runs to those that wait for a slot. */
  wakeDue(max: number, now: number): void {
    for (let count = 0; count < max; count++) {
      const due = this.#delayed.take(now)
      if (!due) break
      const { run, dueAt } = due
      if (hasBegun(run)) {
        this.resume(run, dueAt)
        continue
      }
      if (run.state === 'scheduled') {
        this.#debounced.remove(run)
        run.retriedAt = dueAt
      }
      this.again(enterState(run, { state: 'queued', ...lastErrorOf(run) }), dueAt)
    }
    this.#gathering.wakeDue(max, now)
    this.#ready.wakeDue(now)
  }

  /** Moves the due times of retries and throttles. Suspended workflows run again, and then wait for what remains of their steps. */
  shift(byMs: number): void {
    for (const { run, dueAt } of this.#delayed.drain()) {
      const at = hasBegun(run) ? 0 : dueAt + byMs
      moveDue(run, at)
      this.delay(run, at)
    }
    this.#ready.shift(byMs)
    this.#gathering.shift(byMs)
  }

  nextAt(): number | undefined {
    const times = [this.#delayed.nextAt(), this.#ready.nextAt(), this.#gathering.nextAt()]
    return times.reduce((first, at) => (first === undefined || at === undefined ? (first ?? at) : Math.min(first, at)))
  }

  get mayHaveNext(): boolean {
    return this.#ready.mayHaveNext
  }

  get waitingRuns(): ReadonlyMap<string, number> {
    return this.#ready.waitingRuns
  }

  #waitsForVersion(run: StoredRun): boolean {
    return parkedFor(run, this.#definitions) !== undefined
  }

  /** A run that waits again comes after those that were due before. */
  #waitsFrom(run: StoredRun, since: number): void {
    run.waitsSince = since - (run.clockSetMs ?? 0)
  }
}
