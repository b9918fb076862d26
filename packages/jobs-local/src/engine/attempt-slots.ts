import { JobCancelledError, LeaseLostError } from '@cgk-platform/jobs-core/errors'
import { createScope } from '@cgk-platform/jobs-core/provider'
import { EndOfTurn } from '@cgk-platform/jobs-core/scheduling'

import type { StoredRun } from '../records/stored-run.ts'
import type { RunChanges } from '../store/job-store.ts'
import type { EngineDependencies } from './engine-dependencies.ts'
import { LeftoverHandlers } from './leftover-handlers.ts'
import { makeAttempt } from './make-attempt.ts'
import { OutcomeRecorder } from './outcome-recorder.ts'
import { type EngineHost, RunningAttempt } from './running-attempt.ts'
import { RunningAttempts } from './running-attempts.ts'
import { StandstillWatch } from './standstill-watch.ts'
import { createTickHost } from './create-cron-ticker.ts'

/** The loop that begins attempts. */
export interface AttemptLoop {
  /** Whether a waiting run could begin now. */
  readonly hasDue: boolean
  /** Makes the loop check the store again. */
  wake(): void
  /** Called when a slot is free. */
  slotFreed(): void
}

/** The slots of an engine, which hold its running attempts and the handlers that still run after theirs have ended. */
export class AttemptSlots {
  /** Notices that attempts hold their slots for a long time. */
  readonly standstill: StandstillWatch
  readonly #dependencies: EngineDependencies
  readonly #loop: AttemptLoop
  readonly #running = new RunningAttempts()
  readonly #leftovers: LeftoverHandlers
  readonly #host: EngineHost

  constructor(dependencies: EngineDependencies, loop: AttemptLoop) {
    const { host, clock, store, random } = dependencies
    this.#dependencies = dependencies
    this.#loop = loop
    this.standstill = new StandstillWatch(dependencies, this.#running, loop)
    this.#leftovers = new LeftoverHandlers(clock, (run) => store.release(run, () => this.#freed()))
    const outcomes = new OutcomeRecorder(dependencies, (attempts) => this.#recorded(attempts))
    this.#host = {
      ...host,
      store,
      clock,
      random,
      scope: createScope(host.client),
      endOfTurn: new EndOfTurn(clock),
      ended: (attempt, outcome) => outcomes.add(attempt, outcome),
      wakeRun: (run) => store.wakeRun(run, () => loop.wake()),
      tickHost: () => createTickHost(dependencies, () => loop.wake()),
    }
  }

  /** Number of attempts that can begin. */
  get free(): number {
    return this.#dependencies.concurrency - this.#running.size - this.#leftovers.size
  }

  /** Whether an attempt is running. */
  get isRunning(): boolean {
    return this.#running.size > 0
  }

  /**
   * Whether a run waits for a slot that a leftover handler holds: one that still runs after its attempt ended. Always
   * true for a store that would answer later, because such a handler holds its slot for a short time only.
   */
  get isAwaited(): boolean {
    if (this.#leftovers.size === 0) return false
    const waiting = this.#dependencies.store.waitingRuns(1)
    if (!(waiting instanceof Promise)) return waiting.size > 0
    waiting.catch(() => undefined)
    return true
  }

  /** One promise for each running attempt. It resolves when the attempt's outcome is recorded. */
  get recorded(): readonly Promise<void>[] {
    return this.#running.recorded
  }

  /** Returns whether the code of a workflow listens for its resolved waits. */
  hasListener(runId: string): boolean {
    return this.#running.hasListener(runId)
  }

  /** Begins attempts of claimed runs. */
  begin(claimed: readonly StoredRun[]): void {
    const { changed } = this.#dependencies
    if (claimed.length > 0) this.standstill.progressed()
    const { progressAt } = this.standstill
    const attempts = claimed.map((run) => new RunningAttempt(run, this.#host, progressAt))
    for (const attempt of attempts) {
      this.#running.add(attempt)
      for (const jobId of attempt.jobIds) changed(jobId)
    }
    // Only now, because the first handler may cancel the others.
    for (const attempt of attempts) makeAttempt(attempt)
  }

  /** Reports changes to the attempts that they are about. */
  report({ resolved, cancelled, lost }: RunChanges): void {
    for (const { run, step } of resolved) {
      this.#running.notify(run.id, step)
      this.#dependencies.changed(run.job.envelope.id)
    }
    for (const run of cancelled) this.cancel(run)
    for (const run of lost) this.#running.abort(run.id, new LeaseLostError())
  }

  /** Aborts the attempt of a run whose job was cancelled. */
  cancel({ id, job }: StoredRun): void {
    this.#running.abort(id, new JobCancelledError({ jobId: job.envelope.id }))
  }

  abortAll(reason: Error): void {
    this.#running.abortAll(reason)
  }

  #recorded(attempts: readonly RunningAttempt[]): void {
    for (const attempt of attempts) {
      this.#running.remove(attempt)
      if (attempt.leftover) this.#leftovers.add(attempt.run, attempt.leftover)
      this.#dependencies.changed(attempt.jobId)
    }
    this.#freed()
  }

  #freed(): void {
    this.standstill.progressed()
    this.#loop.slotFreed()
  }
}
