import type { JobState } from '@cgk-platform/jobs-core'

import type { LimitsOf, StoredRun } from '../job-store.ts'
import { DueQueue } from './due-queue.ts'
import { ReadyQueue } from '../ready-queue.ts'

/** A run that waits for its time, which is another one if it was woken meanwhile. */
interface DueRun {
  readonly run: StoredRun
  readonly dueAt: number
}

/** How a run waited. */
interface WaitedIn {
  readonly state: JobState
  readonly pause: StoredRun['pause'] | undefined
  readonly dueAt: number | undefined
}

/** The runs that wait: for a time, or for their turn. */
export class RunQueue {
  readonly #delayed = new DueQueue<DueRun>(({ run, dueAt }) => run.dueAt !== dueAt)
  readonly #ready = new ReadyQueue()

  /** Lets a run wait for its turn. */
  push(run: StoredRun): void {
    this.#ready.push(run)
  }

  /** Lets a run wait for a time, epoch milliseconds. */
  delay(run: StoredRun, dueAt: number): void {
    run.dueAt = dueAt
    this.#delayed.push(dueAt, { run, dueAt })
  }

  /** Lets a workflow wait for its time, or for an answer; one may have come while its code was still looked after. */
  suspend(run: StoredRun, wakeAt: number | undefined): void {
    if (run.wakes) return this.resume(run)
    run.pause = 'asleep'
    if (wakeAt !== undefined) this.delay(run, wakeAt)
  }

  /** Lets a workflow that is asleep, or is about to be, come to its turn. */
  wake(run: StoredRun): void {
    if (run.pause !== 'asleep') {
      run.wakes = true
      return
    }
    this.#dropTime(run)
    this.resume(run)
  }

  /** Lets a workflow go on when its turn comes. */
  resume(run: StoredRun): void {
    run.pause = 'awake'
    this.#ready.push(run)
  }

  /** Takes a run out that ends while it waits; `before` is the state that it waited in. */
  drop(run: StoredRun, before: WaitedIn): void {
    if (before.dueAt !== undefined) this.#delayed.noteStale()
    if (before.state === 'queued' || before.pause === 'awake') this.#ready.noteStale(run)
  }

  /** The next run whose limits leave room; it counts as running until `release`. */
  take(limitsOf: LimitsOf): StoredRun | undefined {
    return this.#ready.take(limitsOf)
  }

  release({ definitionId, job }: StoredRun): void {
    this.#ready.release(definitionId, job.envelope.tenantId)
  }

  /** Lets the runs whose time has come wait for their turn. */
  wakeDue(now: number): void {
    for (let due = this.#delayed.takeDue(now); due; due = this.#delayed.takeDue(now)) {
      const { run } = due
      delete run.dueAt
      if (run.pause === 'asleep') {
        this.resume(run)
        continue
      }
      run.state = 'queued'
      this.push(run)
    }
  }

  nextAt(): number | undefined {
    return this.#delayed.nextAt()
  }

  get mayHaveNext(): boolean {
    return this.#ready.mayHaveNext
  }

  get hasWaiting(): boolean {
    return this.#ready.hasWaiting
  }

  #dropTime(run: StoredRun): void {
    if (run.dueAt === undefined) return
    delete run.dueAt
    this.#delayed.noteStale()
  }
}
