import { onCronJobsReleased, releaseCronJobs, runDetached } from '@cgk-platform/jobs-core/scheduling'

import { toWorkerDefinition } from '../records/subscribers-of.ts'
import type { BegunWork, Capacity } from '../store/engine-store.ts'
import { AttemptSlots } from './attempt-slots.ts'
import { createCronTicker } from './create-cron-ticker.ts'
import type { CronTicker } from './cron-ticker.ts'
import type { EngineDependencies } from './engine-dependencies.ts'
import type { EngineView } from './engine-view.ts'
import { Shutdown } from './shutdown.ts'
import type { StandstillWatch } from './standstill-watch.ts'
import { StorePass } from './store-pass.ts'
import { UnhandledEvents } from './unhandled-events.ts'
import { WakeTimer } from './wake-timer.ts'

// Captured at load time, so that fake timers that a test installs later do not stop the engine.
const { queueMicrotask: microtask } = globalThis

/** Runs the due work of its store: creates runs for new jobs, attempts for runs, and jobs for cron ticks. */
export class Engine implements EngineView {
  readonly #dependencies: EngineDependencies
  readonly #slots: AttemptSlots
  readonly #timer: WakeTimer
  readonly #cron: CronTicker
  readonly #unhandled: UnhandledEvents
  readonly #pass: StorePass
  readonly #shutdown: Shutdown
  readonly #unwatch: readonly (() => void)[]
  #hadJobs = false
  #pumpQueued = false
  #started = false

  constructor(dependencies: EngineDependencies) {
    const { host, clock, store } = dependencies
    this.#dependencies = dependencies
    this.#unhandled = new UnhandledEvents(dependencies)
    this.#pass = new StorePass(dependencies, { capacity: () => this.#capacity(), done: (begun) => this.#begun(begun) })
    this.#timer = new WakeTimer(clock, () => runDetached(() => this.#pump()), dependencies.maxSleepMs)
    this.#slots = new AttemptSlots(dependencies, this)
    store.shared?.onChange(() => this.#changedExternally())
    this.#cron = createCronTicker(dependencies, this)
    this.#shutdown = new Shutdown(dependencies, this.#slots, this)
    this.#unwatch = [host.jobs, { onChange: onCronJobsReleased }].map((changing) =>
      changing.onChange(() => this.#onDefinitionsChanged()),
    )
    this.#onDefinitionsChanged()
  }

  /** Notices that attempts hold their slots for a long time. */
  get standstill(): StandstillWatch {
    return this.#slots.standstill
  }

  /** One promise for each running attempt. It resolves when the attempt ends. */
  get inFlight(): readonly Promise<void>[] {
    return this.#slots.recorded
  }

  /** Number of jobs that have not ended. Only for a store that answers at once. */
  get openJobs(): number {
    return this.#dependencies.store.openJobs() as number
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
    return this.#shutdown.isClosed
  }

  /** Whether due work can begin now within the concurrency limits, or a check for due work is pending. */
  get hasDue(): boolean {
    const { store, clock } = this.#dependencies
    if (this.isClosed) return false
    if (this.#pumpQueued || store.isChanging) return true
    return this.#slots.free > 0 && store.hasReady(clock.now())
  }

  /** Whether an attempt is running or work is due. */
  get isBusy(): boolean {
    return this.#slots.isRunning || this.hasDue || this.#waitsForSlot
  }

  get #waitsForSlot(): boolean {
    return !this.isClosed && this.#slots.isAwaited
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
    const { store, changed } = this.#dependencies
    const running = store.cancel(jobId)
    for (const run of running instanceof Promise ? await running : running) this.#slots.cancel(run)
    changed(jobId)
    this.wake() // other runs may start in the freed slots
  }

  /** Waits up to `timeoutMs` milliseconds for attempts to end (in memory also for due work), then aborts the rest. */
  close(timeoutMs: number): Promise<void> {
    return this.#shutdown.begin(timeoutMs)
  }

  /** Dispatches no cron tick from now on. */
  stopTicks(): void {
    for (const stop of this.#unwatch) stop()
    this.#cron.stop()
    releaseCronJobs(this)
  }

  /** Begins nothing from now on. */
  stop(): void {
    this.#timer.clear()
    this.#pass.stop()
  }

  /** Called when an attempt or a leftover handler has ended. */
  slotFreed(): void {
    this.wake()
    this.#shutdown.progressed()
  }

  #onDefinitionsChanged(): void {
    if (!this.#dependencies.runsJobs) return
    const { store, host } = this.#dependencies
    const definitions = host.jobs.all().map(toWorkerDefinition)
    store.shared?.publishDefinitions(definitions)
    store.lookAgain(definitions)
    if (store.opening) void store.opening.then(() => this.#refreshTicks())
    else this.#cron.refresh()
    this.wake() // runs may start under changed limits
  }

  #refreshTicks(): void {
    this.#cron.refresh()
    this.wake()
  }

  #changedExternally(): void {
    const { store, clock, runsJobs, changedExternally } = this.#dependencies
    changedExternally()
    if (this.isClosed || !runsJobs) return
    // Read before changing anything: each change makes all other processes check the file. If they changed it in turn,
    // this process would check again, without end.
    if (store.shared!.isWorkWaiting(clock.now())) this.wake()
    else this.#rearm()
  }

  #pump(): void {
    if (this.isClosed) return
    this.#cron.tick()
    this.#pass.begin()
  }

  #capacity(): Capacity {
    this.#pumpQueued = false
    return {
      slots: this.#shutdown.beginsNothing ? 0 : this.#slots.free,
      hasListener: (run) => this.#slots.hasListener(run.id),
    }
  }

  #begun({ due, superseded, unhandled, unclaimed, changes, claimed, isMoreReady }: BegunWork): void {
    if (due.length > 0) this.#hadJobs = true
    for (const event of unhandled) this.#unhandled.report(event)
    for (const event of unclaimed) this.#unhandled.reportUnclaimed(event)
    for (const jobId of [...due.map(({ envelope }) => envelope.id), ...superseded]) this.#dependencies.changed(jobId)
    this.#slots.report(changes)
    this.#slots.begin(claimed)
    this.#rearm()
    if (isMoreReady) this.#pumpSoon()
  }

  /** Yields to the event loop between two batches, so that a million jobs do not block it. */
  #pumpSoon(): void {
    if (this.#pumpQueued) return
    this.#pumpQueued = true
    void this.#dependencies.clock.yield().then(() => this.#pump())
  }

  #rearm(): void {
    if (this.isClosed || !this.#dependencies.runsJobs) return
    const [job, tick] = [this.#dependencies.store.nextDueAt(), this.#cron.nextAt()]
    const dueAt = job === undefined || tick === undefined ? (job ?? tick) : Math.min(job, tick)
    const busy = this.#started || this.#pumpQueued || this.#slots.isRunning || this.#waitsForSlot
    this.#timer.set({ dueAt, busy })
  }
}
