import { JobCancelledError, LeaseLostError, type Logger, ShutdownError } from '@cgk-platform/jobs-core'
import {
  bindLogger,
  onCronReleased,
  type Outcome,
  releaseCronJobs,
  runDetached,
  toErrorInfo,
} from '@cgk-platform/jobs-core/provider'

import type { AnsweredStep, StoredRun } from '../store/job-store.ts'
import { makeAttempt } from './make-attempt.ts'
import { beginDue, type Begun } from './begin-due.ts'
import { changeNow } from '../store/change-now.ts'
import { createCronTicker } from './create-cron-ticker.ts'
import type { CronTicker } from './cron-ticker.ts'
import type { EngineParts } from './engine-parts.ts'
import type { EngineView } from './engine-view.ts'
import { Deadline } from './deadline.ts'
import { type RunningAttempt, RunningAttempts } from './running-attempts.ts'
import { LeftoverHandlers } from './leftover-handlers.ts'
import { toHandled } from './subscribers-of.ts'
import { createTickHost } from './tick-host.ts'
import { UnhandledEvents } from './unhandled-events.ts'
import { WakeTimer } from './wake-timer.ts'

// Taken now, so that fake timers that a test installs later do not stop the engine.
const { queueMicrotask: microtask } = globalThis

/** Runs what its store says is due: new jobs get their runs, runs their attempts, cron ticks their jobs. */
export class Engine implements EngineView {
  readonly #parts: EngineParts
  readonly #logger: Logger
  readonly #running = new RunningAttempts()
  readonly #timer: WakeTimer
  readonly #cron: CronTicker
  readonly #unwatch: () => void
  readonly #staying: LeftoverHandlers
  readonly #unhandled: UnhandledEvents
  readonly #deadline: Deadline
  #hadJobs = false
  #awaitingStep: (() => void)[] = []
  #pumpQueued = false
  #started = false
  #closing = false
  #closed: Promise<void> | undefined
  /** True once it begins nothing more, and waits for what is under way. */
  #isLeaving = false

  constructor(parts: EngineParts) {
    const { host, clock, store } = parts
    this.#parts = parts
    this.#logger = bindLogger(host.logger, {})
    this.#unhandled = new UnhandledEvents(this.#logger)
    this.#deadline = new Deadline(clock, () => this.#stepMade())
    this.#timer = new WakeTimer(clock, () => runDetached(() => this.#pump()), parts.longestSleepMs)
    this.#staying = new LeftoverHandlers(clock, (run) => {
      const done = (): void => this.#moved()
      void store.change(() => store.release(run), { done })
    })
    store.shared?.onChange(() => this.#changedElsewhere())
    this.#cron = createCronTicker(parts, this)
    const stops = [host.jobs, { onChange: onCronReleased }].map((changing) =>
      changing.onChange(() => this.#definitionsChanged()),
    )
    this.#unwatch = () => stops.forEach((stop) => stop())
    this.#definitionsChanged()
  }

  /** Attempts under way. */
  get inFlight(): readonly Promise<void>[] {
    return this.#running.ended
  }

  /** Jobs that have not ended. */
  get openJobs(): number {
    return this.#parts.store.openJobs()
  }

  /** True once a job has come due. */
  get hasHadJobs(): boolean {
    return this.#hadJobs
  }

  /** False in a process that only sends. */
  get works(): boolean {
    return this.#parts.works
  }

  /** True once nothing more will be begun. */
  get isClosed(): boolean {
    return this.#closing
  }

  /** True while something waits to be begun now, as far as limits leave room. */
  get hasDue(): boolean {
    const { store, clock, concurrency } = this.#parts
    if (this.#closing) return false
    if (this.#pumpQueued || store.isChanging) return true
    return this.#running.size + this.#staying.size < concurrency && store.hasReady(clock.now())
  }

  /** True while something is due now or under way. */
  get isBusy(): boolean {
    return this.#running.size > 0 || this.hasDue || this.#waitsForPlace
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
    if (this.#pumpQueued || !this.#parts.works) return
    this.#pumpQueued = true
    microtask(() => runDetached(() => this.#pump()))
  }

  /** Ends a job; resolves when that is durable. */
  async cancel(jobId: string): Promise<void> {
    const { store, clock, changed } = this.#parts
    const running = changeNow(store, () => store.cancel(jobId, clock.now()))
    for (const run of running instanceof Promise ? await running : running) {
      this.#running.abort(run.id, new JobCancelledError({ jobId }))
    }
    changed(jobId)
    this.wake() // the places they held are free
  }

  /** Lets what is due and under way end, for so long; then aborts it. */
  close(timeoutMs: number): Promise<void> {
    // A later call may hurry an earlier one, as a second signal to a process does.
    if (!this.#closing) this.#deadline.within(timeoutMs)
    this.#closed ??= this.#closeOnce()
    return this.#closed
  }

  async #closeOnce(): Promise<void> {
    const { clock, store } = this.#parts
    const { shared } = store
    this.#unwatch()
    this.#cron.stop()
    releaseCronJobs(this)
    // What outlives this process is left for the next one; memory's jobs end with it.
    this.#isLeaving = shared !== undefined
    while (!this.#deadline.isOver && (this.#isLeaving ? this.#running.size > 0 : this.isBusy)) await this.#nextStep()
    this.#deadline.clear()
    this.#closing = true
    this.#timer.clear()
    shared?.beginClosing()
    this.#running.abortAll(new ShutdownError())
    await Promise.all(this.inFlight)
    let dropped: readonly string[] = []
    const work = (): readonly string[] => store.close(toErrorInfo(new ShutdownError()), clock.now())
    await store.change(work, { done: (ids) => void (dropped = ids), failed: () => undefined })
    shared?.dispose()
    for (const jobId of dropped) this.#parts.changed(jobId)
    if (dropped.length > 0) {
      this.#logger.warn('The engine closed with jobs that had not ended; memory keeps none of them.', {
        jobs: dropped.length,
      })
    }
  }

  /** Resolves when another attempt or handler has ended, or a turn later where something may begin at once. */
  async #nextStep(): Promise<void> {
    if (this.#running.size > 0 || !this.hasDue) return new Promise((resolve) => this.#awaitingStep.push(resolve))
    this.wake()
    await this.#parts.clock.yield()
  }

  #stepMade(): void {
    for (const resolve of this.#awaitingStep.splice(0)) resolve()
  }

  #definitionsChanged(): void {
    if (!this.#parts.works) return
    this.#parts.store.shared?.handle(this.#parts.host.jobs.all().map(toHandled))
    this.#cron.refresh()
    this.#rearm()
  }

  #changedElsewhere(): void {
    const { store, clock, works, changedElsewhere } = this.#parts
    changedElsewhere()
    if (this.#closing || !works) return
    // A look disturbs nobody; a change would let all others look, and those that make one this process again.
    if (store.hasReady(clock.now()) || store.shared!.hasNews()) this.wake()
    else this.#rearm()
  }

  #pump(): void {
    if (this.#closing) return
    this.#cron.tick()
    void this.#parts.store.change(() => this.#begin(), { done: (begun) => this.#begun(begun), last: true })
  }

  #begin(): Begun {
    this.#pumpQueued = false
    const isOver = this.#closing || this.#isLeaving
    return beginDue(this.#parts, {
      places: isOver ? 0 : this.#parts.concurrency - this.#running.size - this.#staying.size,
      listens: (run) => this.#running.listens(run.id),
    })
  }

  #begun({ due, unhandled, news, claimed }: Begun): void {
    const { changed } = this.#parts
    if (due.length > 0) this.#hadJobs = true
    for (const event of unhandled) this.#unhandled.note(event)
    for (const job of due) changed(job.envelope.id)
    for (const answer of news.answered) this.#tellAnswer(answer)
    for (const run of news.cancelled) this.#running.abort(run.id, new JobCancelledError({ jobId: run.job.envelope.id }))
    for (const run of news.lost) this.#running.abort(run.id, new LeaseLostError())
    for (const run of claimed) {
      this.#running.add(run.id, (attempt) => this.#attempt(run, attempt))
      changed(run.job.envelope.id)
    }
    this.#rearm()
    if (due.length > 0 && this.#parts.store.hasDueJobs(this.#parts.clock.now())) this.#pumpSoon()
  }

  #tellAnswer({ run, step }: AnsweredStep): void {
    this.#running.tell(run.id, step)
    this.#parts.changed(run.job.envelope.id)
  }

  #wakeRun(run: StoredRun): void {
    const { store } = this.#parts
    void store.change(() => store.wakeRun(run), { done: () => this.wake() })
  }

  /** Lets the loop turn between two batches, so that a million jobs do not block it. */
  #pumpSoon(): void {
    if (this.#pumpQueued) return
    this.#pumpQueued = true
    void this.#parts.clock.yield().then(() => this.#pump())
  }

  async #attempt(run: StoredRun, running: RunningAttempt): Promise<void> {
    const { store, clock } = this.#parts
    const { abort, onWaitResolved } = running
    const attempt = run.attempts
    let left: Promise<unknown> | undefined
    const outcome = await makeAttempt(run, {
      ...this.#parts,
      signal: abort.signal,
      onWaitResolved,
      lost: () => abort.abort(new LeaseLostError()),
      wakeRun: (waiting) => this.#wakeRun(waiting),
      tickHost: () => createTickHost(store, clock, () => this.wake()),
      onLeftRunning: (handler) => {
        left = handler
      },
    })
    const settle = (as: Outcome): boolean => store.settle(run, attempt, as, clock.now(), !left)
    const done = (): void => {
      this.#running.remove(run.id, running)
      if (left) this.#staying.add(run, left)
      this.#parts.changed(run.job.envelope.id)
      this.#moved()
    }
    const refused = (problem: Error): void => {
      const failed: Outcome = { type: 'failed', error: toErrorInfo(problem) }
      void store.change(() => settle(failed), { done })
    }
    const settling = store.change(() => settle(outcome), { done, refused })
    if (settling) await settling
  }

  /** A place may be free. */
  #moved(): void {
    this.wake()
    this.#stepMade()
  }

  #rearm(): void {
    if (this.#closing || !this.#parts.works) return
    const [job, tick] = [this.#parts.store.nextDueAt(), this.#cron.nextAt()]
    const dueAt = job === undefined || tick === undefined ? (job ?? tick) : Math.min(job, tick)
    const busy = this.#started || this.#pumpQueued || this.#running.size > 0 || this.#waitsForPlace
    this.#timer.set({ dueAt, busy })
  }
}
