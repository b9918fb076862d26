import type { Logger } from '@cgk-platform/jobs-core'
import { JobCancelledError, LeaseLostError, ShutdownError } from '@cgk-platform/jobs-core/errors'
import {
  bindLogger,
  createScope,
  EndOfTurn,
  onCronJobsReleased,
  releaseCronJobs,
  runDetached,
  toErrorInfo,
} from '@cgk-platform/jobs-core/provider'

import { makeAttempt } from './make-attempt.ts'
import { beginDue, type BegunWork } from './begin-due.ts'
import { changeNow } from '../store/change-now.ts'
import { createCronTicker } from './create-cron-ticker.ts'
import type { CronTicker } from './cron-ticker.ts'
import type { EngineDependencies } from './engine-dependencies.ts'
import type { EngineView } from './engine-view.ts'
import { Deadline } from './deadline.ts'
import { type EngineHost, RunningAttempt } from './running-attempt.ts'
import { RunningAttempts } from './running-attempts.ts'
import { LeftoverHandlers } from './leftover-handlers.ts'
import { OutcomeRecorder } from './outcome-recorder.ts'
import { StandstillWatch } from './standstill-watch.ts'
import { StorePass } from './store-pass.ts'
import { toWorkerDefinition } from './subscribers-of.ts'
import { createTickHost } from './tick-host.ts'
import { UnhandledEvents } from './unhandled-events.ts'
import { WakeTimer } from './wake-timer.ts'

// Captured at load time, so that fake timers that a test installs later do not stop the engine.
const { queueMicrotask: microtask } = globalThis

/** Runs the due work of its store: creates runs for new jobs, attempts for runs, and jobs for cron ticks. */
export class Engine implements EngineView {
  readonly #dependencies: EngineDependencies
  readonly #logger: Logger
  readonly #running = new RunningAttempts()
  /** Notices that attempts hold their slots for a long time. */
  readonly standstill: StandstillWatch
  readonly #timer: WakeTimer
  readonly #cron: CronTicker
  readonly #unwatch: () => void
  readonly #leftovers: LeftoverHandlers
  readonly #unhandled: UnhandledEvents
  readonly #deadline: Deadline
  readonly #pass: StorePass<BegunWork>
  readonly #attemptHost: EngineHost
  #hadJobs = false
  #progressWaiters: (() => void)[] = []
  #pumpQueued = false
  #started = false
  #closeResult: Promise<void> | undefined
  /** Whether `close` has stopped waiting for attempts. True from then on. */
  #isClosed = false
  /** Whether `close` waits for the running attempts, and no new work begins. */
  #isDraining = false

  constructor(dependencies: EngineDependencies) {
    const { host, clock, store, random } = dependencies
    this.#dependencies = dependencies
    this.#logger = bindLogger(host.logger, {})
    this.#unhandled = new UnhandledEvents(this.#logger)
    this.#pass = new StorePass(dependencies, { work: () => this.#begin(), done: (begun) => this.#begun(begun) })
    this.#deadline = new Deadline(clock, () => this.#notifyProgress())
    this.#timer = new WakeTimer(clock, () => runDetached(() => this.#pump()), dependencies.maxSleepMs)
    this.#leftovers = new LeftoverHandlers(clock, (run) => {
      void store.change(() => store.release(run), { done: () => this.#onSlotFreed() })
    })
    store.shared?.onChange(() => this.#changedExternally())
    this.#cron = createCronTicker(dependencies, this)
    this.standstill = new StandstillWatch(dependencies, this.#running, this)
    const outcomes = new OutcomeRecorder(dependencies, (attempts) => this.#recorded(attempts))
    this.#attemptHost = {
      ...{ ...host, store, clock, random },
      scope: createScope(host.client),
      endOfTurn: new EndOfTurn(clock),
      ended: (attempt, outcome) => outcomes.add(attempt, outcome),
      wakeRun: (run) => void store.change(() => store.wakeRun(run), { done: () => this.wake() }),
      tickHost: () => createTickHost(dependencies, () => this.wake()),
    }
    const stops = [host.jobs, { onChange: onCronJobsReleased }].map((changing) =>
      changing.onChange(() => this.#onDefinitionsChanged()),
    )
    this.#unwatch = () => stops.forEach((stop) => stop())
    this.#onDefinitionsChanged()
  }

  /** One promise for each running attempt. It resolves when the attempt ends. */
  get inFlight(): readonly Promise<void>[] {
    return this.#running.recorded
  }

  /** Number of jobs that have not ended. */
  get openJobs(): number {
    return this.#dependencies.store.openJobs()
  }

  /** Whether a job has ever come due. */
  get hasHadJobs(): boolean {
    return this.#hadJobs
  }

  /** Whether the engine runs jobs. False in a process that only sends. */
  get runsJobs(): boolean {
    return this.#dependencies.runsJobs
  }

  /** Why the engine can begin no jobs at the moment; `undefined` if it can. */
  get problem(): Error | undefined {
    return this.#pass.problem
  }

  /** Whether the engine is closed and begins no more work. */
  get isClosed(): boolean {
    return this.#isClosed
  }

  /** Whether due work can begin now within the concurrency limits, or a check for due work is pending. */
  get hasDue(): boolean {
    const { store, clock, concurrency } = this.#dependencies
    if (this.#isClosed) return false
    if (this.#pumpQueued || store.isChanging) return true
    return this.#running.size + this.#leftovers.size < concurrency && store.hasReady(clock.now())
  }

  /** Whether an attempt is running or work is due. */
  get isBusy(): boolean {
    return this.#running.size > 0 || this.hasDue || this.#waitsForSlot
  }

  /** Whether a run waits for a slot that a leftover handler holds: one that still runs after its attempt ended. */
  get #waitsForSlot(): boolean {
    return !this.#isClosed && this.#leftovers.size > 0 && this.#dependencies.store.waitingRuns(1).size > 0
  }

  /** Keeps the process alive until `close`. */
  start(): void {
    this.#started = true
    this.#rearm()
  }

  /** Schedules a check of the store, which runs after the current synchronous code. */
  wake(): void {
    if (this.#pumpQueued || !this.#dependencies.runsJobs) return
    this.#pumpQueued = true
    microtask(() => runDetached(() => this.#pump()))
  }

  /** Cancels a job. Resolves when the cancel is durable. */
  async cancel(jobId: string): Promise<void> {
    const { store, clock, changed } = this.#dependencies
    const running = changeNow(store, () => store.cancel(jobId, clock.now()))
    for (const run of running instanceof Promise ? await running : running) {
      this.#running.abort(run.id, new JobCancelledError({ jobId }))
    }
    changed(jobId)
    this.wake() // other runs may start in the freed slots
  }

  /** Waits up to `timeoutMs` milliseconds for attempts to end (in memory also for due work), then aborts the rest. */
  close(timeoutMs: number): Promise<void> {
    // A later call can shorten the deadline, for example when the process gets a second SIGTERM.
    if (!this.#isClosed) this.#deadline.within(timeoutMs)
    this.#closeResult ??= this.#closeOnce()
    return this.#closeResult
  }

  async #closeOnce(): Promise<void> {
    const { clock, store } = this.#dependencies
    this.#unwatch()
    this.#cron.stop()
    releaseCronJobs(this)
    // Due jobs in a shared store are left for other processes. Jobs in memory would be lost, so they run now.
    this.#isDraining = store.shared !== undefined
    store.endGathering?.()
    while (!this.#deadline.isOver && (this.#isDraining ? this.#running.size > 0 : this.isBusy))
      await this.#nextProgress()
    this.#deadline.clear()
    this.#isClosed = true
    this.#timer.clear()
    this.#pass.stop()
    store.shared?.beginClosing()
    this.#running.abortAll(new ShutdownError())
    await Promise.all(this.inFlight)
    let dropped: readonly string[] = []
    const work = (): readonly string[] => store.close(toErrorInfo(new ShutdownError()), clock.now())
    await store.change(work, { done: (ids) => void (dropped = ids), failed: () => undefined })
    store.shared?.dispose()
    for (const jobId of dropped) this.#dependencies.changed(jobId)
    if (dropped.length > 0) {
      this.#logger.warn('The engine closed before all jobs had ended. The remaining jobs in memory are lost.', {
        jobs: dropped.length,
      })
    }
  }

  /**
   * Resolves when an attempt or a leftover handler ends, or the deadline expires. If nothing runs but work is due,
   * resolves after one turn of the event loop.
   */
  async #nextProgress(): Promise<void> {
    if (this.#running.size > 0 || !this.hasDue) return new Promise((resolve) => this.#progressWaiters.push(resolve))
    this.wake()
    await this.#dependencies.clock.yield()
  }

  #notifyProgress(): void {
    if (this.#progressWaiters.length === 0) return
    for (const resolve of this.#progressWaiters.splice(0)) resolve()
  }

  #onDefinitionsChanged(): void {
    if (!this.#dependencies.runsJobs) return
    this.#dependencies.store.shared?.publishDefinitions(this.#dependencies.host.jobs.all().map(toWorkerDefinition))
    this.#cron.refresh()
    this.wake() // runs may start under changed limits
  }

  #changedExternally(): void {
    const { store, clock, runsJobs, changedExternally } = this.#dependencies
    changedExternally()
    if (this.#isClosed || !runsJobs) return
    // Read before changing anything: each change makes all other processes check the file. If they changed it in turn,
    // this process would check again, without end.
    if (store.hasReady(clock.now()) || store.shared!.hasUpdates()) this.wake()
    else this.#rearm()
  }

  #pump(): void {
    if (this.#isClosed) return
    this.#cron.tick()
    this.#pass.begin()
  }

  #begin(): BegunWork {
    this.#pumpQueued = false
    const isOver = this.#isClosed || this.#isDraining
    return beginDue(this.#dependencies, {
      slots: isOver ? 0 : this.#dependencies.concurrency - this.#running.size - this.#leftovers.size,
      hasListener: (run) => this.#running.hasListener(run.id),
    })
  }

  #begun({ due, superseded, unhandled, changes, claimed, isMoreReady }: BegunWork): void {
    const { changed } = this.#dependencies
    if (due.length > 0) this.#hadJobs = true
    for (const event of unhandled) this.#unhandled.report(event)
    for (const jobId of [...due.map(({ envelope }) => envelope.id), ...superseded]) changed(jobId)
    for (const { run, step } of changes.resolved) {
      this.#running.notify(run.id, step)
      changed(run.job.envelope.id)
    }
    for (const { id, job } of changes.cancelled) {
      this.#running.abort(id, new JobCancelledError({ jobId: job.envelope.id }))
    }
    for (const run of changes.lost) this.#running.abort(run.id, new LeaseLostError())
    if (claimed.length > 0) this.standstill.progressed()
    const { progressAt } = this.standstill
    const attempts = claimed.map((run) => new RunningAttempt(run, this.#attemptHost, progressAt))
    for (const attempt of attempts) {
      this.#running.add(attempt)
      for (const jobId of attempt.jobIds) changed(jobId)
    }
    // Only now, because the first handler may cancel the others.
    for (const attempt of attempts) makeAttempt(attempt)
    this.#rearm()
    if (isMoreReady) this.#pumpSoon()
  }

  /** Yields to the event loop between two batches, so that a million jobs do not block it. */
  #pumpSoon(): void {
    if (this.#pumpQueued) return
    this.#pumpQueued = true
    void this.#dependencies.clock.yield().then(() => this.#pump())
  }

  #recorded(attempts: readonly RunningAttempt[]): void {
    for (const attempt of attempts) {
      this.#running.remove(attempt)
      if (attempt.leftover) this.#leftovers.add(attempt.run, attempt.leftover)
      this.#dependencies.changed(attempt.jobId)
    }
    this.#onSlotFreed()
  }

  #onSlotFreed(): void {
    this.standstill.progressed()
    this.wake()
    this.#notifyProgress()
  }

  #rearm(): void {
    if (this.#isClosed || !this.#dependencies.runsJobs) return
    const [job, tick] = [this.#dependencies.store.nextDueAt(), this.#cron.nextAt()]
    const dueAt = job === undefined || tick === undefined ? (job ?? tick) : Math.min(job, tick)
    const busy = this.#started || this.#pumpQueued || this.#running.size > 0 || this.#waitsForSlot
    this.#timer.set({ dueAt, busy })
  }
}
