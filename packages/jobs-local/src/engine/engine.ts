import {
  bindLogger,
  claimCronJob,
  type Envelope,
  isEnded,
  JobCancelledError,
  type Logger,
  onCronReleased,
  releaseCronJobs,
  runDetached,
  ShutdownError,
  type TickHost,
  type Timer,
  toErrorInfo,
} from '@cgk-platform/jobs-core'

import type { StoredRun } from '../store/job-store.ts'
import { attemptRun } from './attempt-run.ts'
import { CronTicker } from './cron-ticker.ts'
import type { EngineParts } from './engine-parts.ts'
import type { EngineView } from './engine-view.ts'
import { type Flight, Flights } from './flights.ts'
import { StayingHandlers } from './staying-handlers.ts'
import { subscribersOf } from './subscribers-of.ts'
import { createTickHost } from './tick-host.ts'
import { UnhandledEvents } from './unhandled-events.ts'
import { WakeTimer } from './wake-timer.ts'

// Taken now, so that fake timers that a test installs later do not stop the engine.
const { queueMicrotask: microtask } = globalThis

/** How many jobs get their runs before the loop has its turn. */
const dueBatch = 10_000

/** Runs what its store says is due: new jobs get their runs, runs their attempts, cron ticks their jobs. */
export class Engine implements EngineView {
  readonly #parts: EngineParts
  readonly #logger: Logger
  readonly #flights = new Flights()
  readonly #timer: WakeTimer
  readonly #cron: CronTicker
  readonly #unwatch: () => void
  readonly #staying: StayingHandlers
  readonly #unhandled: UnhandledEvents
  /** Cancelled workflows that are undone once their work has left, with the envelopes that their jobs had. */
  readonly #toUndo = new Map<StoredRun, Envelope>()
  #hadJobs = false
  #awaitingStep: (() => void)[] = []
  #pumpQueued = false
  #started = false
  #closing = false
  #closed: Promise<void> | undefined
  #hurry: ((timeoutMs: number) => void) | undefined

  constructor(parts: EngineParts) {
    const { host, clock, store } = parts
    this.#parts = parts
    this.#logger = bindLogger(host.logger, {})
    this.#unhandled = new UnhandledEvents(this.#logger)
    this.#timer = new WakeTimer(clock, () => runDetached(() => this.#pump()), parts.longestSleepMs)
    this.#staying = new StayingHandlers(clock, (run) => {
      this.#leave(run)
      this.wake()
      this.#stepMade()
    })
    this.#cron = new CronTicker({
      jobs: host.jobs,
      logger: host.logger,
      now: () => clock.now(),
      lastTick: (id) => store.lastTick(id),
      setLastTick: (id, tick) => store.setLastTick(id, tick),
      host: () => this.#tickHost(),
      claim: (definition) => !parts.exclusiveCron || claimCronJob(definition, this),
      release: (definition) => releaseCronJobs(this, definition),
    })
    const stops = [host.jobs, { onChange: onCronReleased }].map((changing) =>
      changing.onChange(() => this.#definitionsChanged()),
    )
    this.#unwatch = () => stops.forEach((stop) => stop())
    this.#definitionsChanged()
  }

  /** Attempts under way. */
  get inFlight(): readonly Promise<void>[] {
    return this.#flights.ended
  }

  /** Jobs that have not ended. */
  get openJobs(): number {
    return this.#parts.store.openJobs()
  }

  /** True once a job has come due. */
  get hasHadJobs(): boolean {
    return this.#hadJobs
  }

  /** True once nothing more will be begun. */
  get isClosed(): boolean {
    return this.#closing
  }

  /** True while something waits to be begun now, as far as limits leave room. */
  get hasDue(): boolean {
    const { store, clock, concurrency } = this.#parts
    if (this.#closing) return false
    return this.#pumpQueued || (this.#flights.size + this.#staying.size < concurrency && store.hasReady(clock.now()))
  }

  /** True while something is due now or under way. */
  get isBusy(): boolean {
    return this.#flights.size > 0 || this.hasDue || this.#waitsForPlace
  }

  /** True while something waits behind a handler that only has to leave its place: it comes to its turn. */
  get #waitsForPlace(): boolean {
    return !this.#closing && this.#staying.size > 0 && this.#parts.store.hasWaiting()
  }

  /** Keeps the process alive until `close`. */
  start(): void {
    this.#started = true
    this.#rearm()
  }

  /** Says that the store has something new; it is looked at once the code that is running has finished. */
  wake(): void {
    if (this.#pumpQueued) return
    this.#pumpQueued = true
    microtask(() => runDetached(() => this.#pump()))
  }

  cancel(jobId: string): void {
    const { store, clock } = this.#parts
    const { envelope, runs = [] } = store.get(jobId) ?? {}
    const undone = runs.filter((run) => !isEnded(run.state) && this.#isUndone(run))
    const running = store.cancel(jobId, clock.now())
    for (const run of undone) {
      this.#toUndo.set(run, envelope!)
      if (!this.#flights.has(run.id)) this.#beginUndo(run)
    }
    for (const run of running) this.#flights.abort(run.id, new JobCancelledError({ jobId }))
    this.#parts.changed(jobId)
    this.wake() // the places they held are free
  }

  /** Nothing of a run is under way any more. */
  #leave(run: StoredRun): void {
    this.#parts.store.release(run)
    this.#beginUndo(run)
  }

  /** Undoes a workflow that was cancelled. */
  #beginUndo(run: StoredRun): void {
    const envelope = this.#toUndo.get(run)
    if (!envelope || !this.#toUndo.delete(run)) return
    this.#parts.store.beginUndo(run, envelope)
    this.wake()
  }

  /** True for a workflow whose steps are undone when it is cancelled, and for one that is being undone already. */
  #isUndone({ definitionId, workflow }: StoredRun): boolean {
    const definition = this.#parts.host.jobs.get(definitionId)
    if (definition?.kind !== 'workflow' || !workflow) return false
    return definition.compensateOnCancel || workflow.failure !== undefined
  }

  /** Lets what is due and under way end, for so long; then aborts it. */
  close(timeoutMs: number): Promise<void> {
    // A later call may hurry an earlier one, as a second signal to a process does.
    this.#hurry?.(timeoutMs)
    this.#closed ??= this.#closeOnce(timeoutMs)
    return this.#closed
  }

  async #closeOnce(timeoutMs: number): Promise<void> {
    const { clock, store } = this.#parts
    this.#unwatch()
    this.#cron.stop()
    releaseCronJobs(this)
    let expired = false
    const timers: Timer[] = []
    this.#hurry = (ms) => {
      expired ||= ms === 0
      timers.push(
        clock.setTimer(ms, () => {
          expired = true
          this.#stepMade()
        }),
      )
      if (expired) this.#stepMade()
    }
    this.#hurry(timeoutMs)
    while (!expired && this.isBusy) await this.#nextStep()
    this.#hurry = undefined
    for (const timer of timers) timer.cancel()
    this.#closing = true
    this.#timer.clear()
    this.#flights.abortAll(new ShutdownError())
    await Promise.all(this.inFlight)
    const dropped = store.close(toErrorInfo(new ShutdownError()), clock.now())
    for (const jobId of dropped) this.#parts.changed(jobId)
    if (dropped.length > 0) {
      this.#logger.warn('The engine closed with jobs that had not ended; memory keeps none of them.', {
        jobs: dropped.length,
      })
    }
  }

  /** Resolves when another attempt or handler has ended, or a turn later where something may begin at once. */
  async #nextStep(): Promise<void> {
    if (this.#flights.size > 0 || !this.hasDue) return new Promise((resolve) => this.#awaitingStep.push(resolve))
    this.wake()
    await this.#parts.clock.yield()
  }

  #stepMade(): void {
    for (const resolve of this.#awaitingStep.splice(0)) resolve()
  }

  #definitionsChanged(): void {
    this.#cron.refresh()
    this.#rearm()
  }

  #pump(): void {
    this.#pumpQueued = false
    if (this.#closing) return
    const { store, clock, concurrency } = this.#parts
    const now = clock.now()
    this.#cron.tick()
    const due = store.takeDueJobs(dueBatch, now)
    for (const job of due) {
      this.#hadJobs = true
      const answered = store.answerWaits(job.envelope, now)
      const subscribers = subscribersOf(job, this.#parts.host.jobs)
      if (subscribers.length === 0 && answered === 0) this.#unhandled.note(job.envelope.event)
      store.addRuns(job, subscribers, now)
      this.#parts.changed(job.envelope.id)
    }
    for (const { run, step } of store.takeAnswers()) {
      if (!this.#flights.tell(run.id, step)) store.wakeRun(run)
      this.#parts.changed(run.job.envelope.id)
    }
    const limitsOf = (definitionId: string) => this.#parts.host.jobs.get(definitionId)?.concurrency
    const places = concurrency - this.#flights.size - this.#staying.size
    for (const run of store.claim(places, limitsOf, now)) {
      this.#flights.add(run.id, (flight) => this.#attempt(run, flight))
      this.#parts.changed(run.job.envelope.id)
    }
    this.#rearm()
    if (due.length === dueBatch) this.#pumpSoon()
  }

  /** Lets the loop turn between two batches, so that a million jobs do not block it. */
  #pumpSoon(): void {
    if (this.#pumpQueued) return
    this.#pumpQueued = true
    void this.#parts.clock.yield().then(() => this.#pump())
  }

  async #attempt(run: StoredRun, { abort, onAnswer }: Flight): Promise<void> {
    const { store, clock, changed } = this.#parts
    const attempt = run.attempts
    let left: Promise<unknown> | undefined
    const outcome = await attemptRun(run, {
      ...this.#parts,
      signal: abort.signal,
      onAnswer,
      wakeRun: (waiting) => {
        store.wakeRun(waiting)
        this.wake()
      },
      tickHost: () => this.#tickHost(),
      leftRunning: (handler) => {
        left = handler
      },
    })
    this.#flights.remove(run.id)
    store.settle(run, attempt, outcome, clock.now())
    if (left) this.#staying.add(run, left)
    else this.#leave(run)
    changed(run.job.envelope.id)
    this.wake()
    this.#stepMade()
  }

  #tickHost(): TickHost {
    const { store, clock } = this.#parts
    return createTickHost(store, clock, () => this.wake())
  }

  #rearm(): void {
    if (this.#closing) return
    const [job, tick] = [this.#parts.store.nextDueAt(), this.#cron.nextAt()]
    const dueAt = job === undefined || tick === undefined ? (job ?? tick) : Math.min(job, tick)
    const busy = this.#started || this.#pumpQueued || this.#flights.size > 0 || this.#waitsForPlace
    this.#timer.set({ dueAt, busy })
  }
}
