import {
  bindLogger,
  type Clock,
  createJobId,
  cronEventOf,
  cronEventPrefix,
  DefinitionNotFoundError,
  type Definition,
  dispatchTick,
  type EngineLimits,
  type Envelope,
  JobCancelledError,
  type JobHost,
  type Logger,
  type Outcome,
  runAttempt,
  ShutdownError,
  tenantsOf,
  type TickHost,
  toErrorInfo,
} from '@cgk-platform/jobs-core'

import type { JobStore, StoredJob, StoredRun, Subscriber } from '../store/job-store.ts'
import { CronTicker } from './cron-ticker.ts'
import type { EngineView } from './engine-view.ts'
import { WakeTimer } from './wake-timer.ts'

// Taken when this module loads, so that fake timers that a test installs later do not stop the engine.
const { queueMicrotask: microtask } = globalThis

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
  readonly ended: Promise<void>
}

/** Runs what its store says is due: new jobs get their runs, runs their attempts, cron ticks their jobs. */
export class Engine implements EngineView {
  readonly #parts: EngineParts
  readonly #logger: Logger
  readonly #inFlight = new Map<StoredRun, InFlight>()
  readonly #timer: WakeTimer
  readonly #cron: CronTicker
  readonly #unwatch: () => void
  #awaitingStep: (() => void)[] = []
  #pumpQueued = false
  #started = false
  #closing = false

  constructor(parts: EngineParts) {
    const { host, clock, store } = parts
    this.#parts = parts
    this.#logger = bindLogger(host.logger, {})
    this.#timer = new WakeTimer(clock, () => this.#pump(), parts.longestSleepMs)
    this.#cron = new CronTicker({
      jobs: host.jobs,
      logger: host.logger,
      now: () => clock.now(),
      lastTick: (id) => store.lastTick(id),
      setLastTick: (id, tick) => store.setLastTick(id, tick),
      host: () => this.#tickHost(),
    })
    this.#unwatch = host.jobs.onChange(() => this.#definitionsChanged())
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

  /** True once nothing more will be begun. */
  get isClosed(): boolean {
    return this.#closing
  }

  /** True while something waits to be begun now, as far as limits leave room. */
  get hasDue(): boolean {
    const { store, clock, concurrency } = this.#parts
    if (this.#closing) return false
    return this.#pumpQueued || (this.#inFlight.size < concurrency && store.hasReady(clock.now()))
  }

  /** True while something is due now or under way. */
  get isBusy(): boolean {
    return this.#inFlight.size > 0 || this.hasDue
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
    microtask(() => this.#pump())
  }

  cancel(jobId: string): void {
    const running = this.#parts.store.cancel(jobId, this.#parts.clock.now())
    for (const run of running) this.#inFlight.get(run)?.abort.abort(new JobCancelledError({ jobId }))
    this.#parts.changed(jobId)
    this.wake() // the places they held are free
  }

  /** Lets what is due and under way end, for so long; then aborts it. */
  async close(timeoutMs: number): Promise<void> {
    const { clock, store, host } = this.#parts
    this.#unwatch()
    this.#cron.stop()
    host.jobs.releaseCron(this)
    let expired = timeoutMs === 0
    const deadline = clock.setTimer(timeoutMs, () => {
      expired = true
      this.#stepMade()
    })
    while (!expired && this.isBusy) await this.#nextStep()
    deadline.cancel()
    this.#closing = true
    this.#timer.clear()
    for (const { abort } of this.#inFlight.values()) abort.abort(new ShutdownError())
    await Promise.all(this.inFlight)
    const left = store.openJobs()
    if (left > 0)
      this.#logger.warn('The engine closed with jobs that had not ended; memory keeps none of them.', { jobs: left })
    store.close()
  }

  /** Resolves when another attempt has ended, or a turn later where none is under way. */
  async #nextStep(): Promise<void> {
    if (this.#inFlight.size > 0) return new Promise((resolve) => this.#awaitingStep.push(resolve))
    this.wake()
    await this.#parts.clock.yield()
  }

  #stepMade(): void {
    for (const resolve of this.#awaitingStep.splice(0)) resolve()
  }

  #definitionsChanged(): void {
    const { host, exclusiveCron } = this.#parts
    if (host.jobs.cronJobs().length === 0 || (exclusiveCron && !host.jobs.claimCron(this))) this.#cron.stop()
    else this.#cron.refresh()
    this.#rearm()
  }

  #pump(): void {
    this.#pumpQueued = false
    if (this.#closing) return
    const { store, clock, concurrency } = this.#parts
    const now = clock.now()
    this.#cron.tick()
    for (const job of store.takeDueJobs(now)) {
      store.addRuns(job, this.#subscribersOf(job), now)
      this.#parts.changed(job.envelope.id)
    }
    const limitsOf = (definitionId: string) => this.#parts.host.jobs.get(definitionId)?.concurrency
    for (const run of store.claim(concurrency - this.#inFlight.size, limitsOf, now)) this.#begin(run)
    this.#rearm()
  }

  #subscribersOf({ envelope }: StoredJob): Subscriber[] {
    const { jobs } = this.#parts.host
    const toSubscriber = (id: string, definition: Definition | undefined): Subscriber => ({
      definitionId: id,
      maxAttempts: envelope.maxAttempts ?? definition?.retry.maxAttempts ?? 1,
    })
    if (envelope.event.startsWith(cronEventPrefix)) {
      const id = envelope.event.slice(cronEventPrefix.length)
      return [toSubscriber(id, jobs.get(id))]
    }
    return jobs.subscribers(envelope.event).map((definition) => toSubscriber(definition.id, definition))
  }

  #begin(run: StoredRun): void {
    const abort = new AbortController()
    const attempt = run.attempts
    const ended = this.#attempt(run, abort.signal).then((outcome) => {
      this.#inFlight.delete(run)
      this.#parts.store.settle(run, attempt, outcome, this.#parts.clock.now())
      this.#parts.changed(run.job.envelope.id)
      this.wake()
      this.#stepMade()
    })
    this.#inFlight.set(run, { abort, ended })
    this.#parts.changed(run.job.envelope.id)
  }

  async #attempt(run: StoredRun, signal: AbortSignal): Promise<Outcome> {
    const { clock, host, limits, random } = this.#parts
    const { envelope } = run.job
    const definition = host.jobs.get(run.definitionId)
    // One of this id for another event is not the one that the run waited for.
    if (!definition || eventOf(definition) !== envelope.event) {
      const error = toErrorInfo(new DefinitionNotFoundError({ definitionId: run.definitionId }))
      this.#logger.error('A run failed: its definition is gone.', { jobId: envelope.id, runId: run.id, error })
      return { type: 'failed', error }
    }
    const { client, hooks, logger } = host
    return runAttempt(definition, envelope, {
      jobId: envelope.id,
      runId: run.id,
      attempt: run.attempts,
      signal,
      clock,
      logger,
      hooks,
      client,
      random,
      limits,
      fanOut: async (cron, tick) => dispatchTick(cron, tick, await tenantsOf(cron), this.#tickHost()),
    })
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
    this.#timer.set({ dueAt, busy: this.#started || this.#pumpQueued || this.#inFlight.size > 0 })
  }
}

function eventOf(definition: Definition): string {
  return definition.kind === 'cron' ? cronEventOf(definition.id) : definition.event
}
