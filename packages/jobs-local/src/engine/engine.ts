import {
  bindLogger,
  claimCronJob,
  type Clock,
  createJobId,
  type EngineLimits,
  type Envelope,
  isEnded,
  JobCancelledError,
  type JobHost,
  type Logger,
  onCronReleased,
  releaseCronJobs,
  runDetached,
  ShutdownError,
  type StepRecord,
  type TickHost,
  type Timer,
  toErrorInfo,
} from '@cgk-platform/jobs-core'

import type { JobStore, StoredRun } from '../store/job-store.ts'
import { attemptRun } from './attempt-run.ts'
import { CronTicker } from './cron-ticker.ts'
import type { EngineView } from './engine-view.ts'
import { StayingHandlers } from './staying-handlers.ts'
import { subscribersOf } from './subscribers-of.ts'
import { WakeTimer } from './wake-timer.ts'

// Taken when this module loads, so that fake timers that a test installs later do not stop the engine.
const { queueMicrotask: microtask } = globalThis

/** How many jobs get their runs before the loop has its turn. */
const dueBatch = 10_000

/** What an engine is made of. */
export interface EngineParts {
  readonly store: JobStore
  readonly clock: Clock
  readonly host: JobHost
  readonly limits: EngineLimits
  /** The most attempts under way at once. */
  readonly concurrency: number
  readonly random: () => number
  /** Whether its cron jobs tick here alone in the process; a virtual clock has time of its own. */
  readonly exclusiveCron: boolean
  /** How soon the engine looks at the time again while something is due; a virtual clock never sleeps by surprise. */
  readonly longestSleepMs: number
  /** Told after every change of a job. */
  readonly changed: (jobId: string) => void
}

interface InFlight {
  readonly abort: AbortController
  /** Tells the code of a workflow that a wait of it was answered. */
  answered: ((step: StepRecord) => void) | undefined
  readonly ended: Promise<void>
}

/** Runs what its store says is due: new jobs get their runs, runs their attempts, cron ticks their jobs. */
export class Engine implements EngineView {
  readonly #parts: EngineParts
  readonly #logger: Logger
  /** By the id of the run. */
  readonly #inFlight = new Map<string, InFlight>()
  readonly #timer: WakeTimer
  readonly #cron: CronTicker
  readonly #unwatch: () => void
  readonly #staying: StayingHandlers
  readonly #unhandled = new Set<string>()
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
    this.#timer = new WakeTimer(clock, () => runDetached(() => this.#pump()), parts.longestSleepMs)
    this.#staying = new StayingHandlers(clock, (run) => {
      store.release(run)
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
    return [...this.#inFlight.values()].map(({ ended }) => ended)
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
    return this.#pumpQueued || (this.#inFlight.size + this.#staying.size < concurrency && store.hasReady(clock.now()))
  }

  /** True while something is due now or under way. */
  get isBusy(): boolean {
    return this.#inFlight.size > 0 || this.hasDue || this.#waitsForPlace
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
      const undo = (): void => store.beginUndo(run, envelope!)
      const flight = this.#inFlight.get(run.id)
      if (flight) void flight.ended.then(undo).then(() => this.wake())
      else undo()
    }
    for (const run of running) this.#inFlight.get(run.id)?.abort.abort(new JobCancelledError({ jobId }))
    this.#parts.changed(jobId)
    this.wake() // the places they held are free
  }

  /** True for a workflow whose steps are undone when it is cancelled. */
  #isUndone({ definitionId, workflow }: StoredRun): boolean {
    const definition = this.#parts.host.jobs.get(definitionId)
    return definition?.kind === 'workflow' && definition.compensateOnCancel && workflow !== undefined
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
    for (const { abort } of this.#inFlight.values()) abort.abort(new ShutdownError())
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
    if (this.#inFlight.size > 0 || !this.hasDue) return new Promise((resolve) => this.#awaitingStep.push(resolve))
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
      store.answerWaits(job.envelope, now)
      const subscribers = subscribersOf(job, this.#parts.host.jobs)
      if (subscribers.length === 0) this.#noteUnhandled(job.envelope.event)
      store.addRuns(job, subscribers, now)
      this.#parts.changed(job.envelope.id)
    }
    for (const { run, step } of store.takeAnswers()) {
      const tell = this.#inFlight.get(run.id)?.answered
      if (tell) tell(step)
      else store.wakeRun(run)
      this.#parts.changed(run.job.envelope.id)
    }
    const limitsOf = (definitionId: string) => this.#parts.host.jobs.get(definitionId)?.concurrency
    for (const run of store.claim(concurrency - this.#inFlight.size - this.#staying.size, limitsOf, now))
      this.#begin(run)
    this.#rearm()
    if (due.length === dueBatch) this.#pumpSoon()
  }

  /** Lets the loop turn between two batches, so that a million jobs of one instant do not block it. */
  #pumpSoon(): void {
    if (this.#pumpQueued) return
    this.#pumpQueued = true
    void this.#parts.clock.yield().then(() => this.#pump())
  }

  /** Says once for each event that nobody handles it: right for some, and for others a module that was not imported. */
  #noteUnhandled(event: string): void {
    if (this.#unhandled.has(event)) return
    this.#unhandled.add(event)
    this.#logger.info(`No job handles \`${event}\`, so nothing was done. Is the module that defines one imported?`)
  }

  #begin(run: StoredRun): void {
    const abort = new AbortController()
    const attempt = run.attempts
    let left: Promise<unknown> | undefined
    const flight: Omit<InFlight, 'ended'> = { abort, answered: undefined }
    const made = attemptRun(run, {
      ...this.#parts,
      signal: abort.signal,
      tickHost: () => this.#tickHost(),
      onAnswer(listener) {
        flight.answered = listener
        return () => {
          flight.answered = undefined
        }
      },
      leftRunning: (handler) => {
        left = handler
      },
    })
    const ended = made.then((outcome) => {
      this.#inFlight.delete(run.id)
      this.#parts.store.settle(run, attempt, outcome, this.#parts.clock.now())
      if (left) this.#staying.add(run, left)
      else this.#parts.store.release(run)
      this.#parts.changed(run.job.envelope.id)
      this.wake()
      this.#stepMade()
    })
    this.#inFlight.set(run.id, Object.assign(flight, { ended }))
    this.#parts.changed(run.job.envelope.id)
  }

  #tickHost(): TickHost {
    const { store, clock } = this.#parts
    return {
      now: clock.now(),
      createId: () => createJobId(clock.now()),
      isOpen: (definitionId, tenantId) => store.hasOpenRun(definitionId, tenantId),
      send: (envelopes: readonly Envelope[]) => {
        store.add(envelopes, clock.now())
        this.wake()
      },
    }
  }

  #rearm(): void {
    if (this.#closing) return
    const [job, tick] = [this.#parts.store.nextDueAt(), this.#cron.nextAt()]
    const dueAt = job === undefined || tick === undefined ? (job ?? tick) : Math.min(job, tick)
    const busy = this.#started || this.#pumpQueued || this.#inFlight.size > 0 || this.#waitsForPlace
    this.#timer.set({ dueAt, busy })
  }
}
