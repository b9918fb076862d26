import { type RunStatus, isEnded } from '@cgk-platform/jobs-core'
import { DefinitionNotFoundError, ShutdownError } from '@cgk-platform/jobs-core/errors'
import {
  type AttemptHost,
  type Clock,
  type Envelope,
  eventsOf,
  type JobHost,
  type Outcome,
  runAttempt,
  systemClock,
  toErrorInfo,
  awaitAtMost,
  createScope,
} from '@cgk-platform/jobs-core/provider'
import fastq, { type queueAsPromised } from 'fastq'

/** A stored run. */
export interface Run {
  readonly envelope: Envelope
  /** When `retryJob` created the run. */
  readonly retriedAt?: number
  status: RunStatus
  /** Stops the running attempt. */
  stop?: AbortController
}

const clock: Clock = systemClock

/** The fastq queues with the waiting runs, one queue for each definition. */
export class RunQueues {
  readonly #host: AttemptHost
  readonly #workers: number
  readonly #queues = new Map<string, queueAsPromised<Run>>()
  readonly #running = new Map<Run, Promise<void>>()
  isClosed = false

  constructor(host: JobHost, workers: number) {
    this.#host = { ...host, clock, scope: createScope(host.client) }
    this.#workers = workers
  }

  /** Adds a run to its queue when it is due. Sets a timer before, because fastq has no delays. */
  add(run: Run, at: number): void {
    if (this.isClosed || isEnded(run.status.state)) return
    const delayMs = at - clock.now()
    if (delayMs > 0) return void clock.setTimer(delayMs, () => this.add(run, at))
    if (run.status.state === 'scheduled') run.status = { ...run.status, state: 'queued' }
    void this.#queueOf(run.status.definitionId).push(run)
  }

  /** Stores the outcome of an attempt, and schedules a retry. */
  settle(run: Run, outcome: Outcome): void {
    if (outcome.type === 'retry') {
      const nextAttemptAt = new Date(clock.now() + outcome.afterMs)
      run.status = { ...run.status, state: 'retrying', nextAttemptAt, error: outcome.error }
      return this.add(run, nextAttemptAt.getTime())
    }
    // Without a time, it happens only on close, after which this engine stores nothing. The others are of workflows.
    if (outcome.type === 'interrupted' || outcome.type === 'suspended' || outcome.type === 'restarted') {
      if (!('againAt' in outcome)) return
      run.status = { ...run.status, state: 'scheduled', attempts: run.status.attempts - 1 }
      return this.add(run, outcome.againAt)
    }
    const { type: state, ...result } = outcome
    const { error: _, ...status } = run.status
    run.status = { ...status, ...result, state, endedAt: new Date(clock.now()) }
  }

  /** Accepts no more runs, waits for running attempts, and then aborts them. */
  async close(timeoutMs: number): Promise<void> {
    this.isClosed = true
    for (const queue of this.#queues.values()) queue.kill()
    await awaitAtMost(clock, timeoutMs, Promise.all(this.#running.values()))
    for (const { stop } of this.#running.keys()) stop?.abort(new ShutdownError())
    await Promise.all(this.#running.values())
  }

  #queueOf(definitionId: string): queueAsPromised<Run> {
    const { concurrency, providerOptions } = this.#host.jobs.get(definitionId) ?? {}
    const limit = concurrency?.limit ?? providerOptions?.fastq?.workers ?? this.#workers
    const queue = this.#queues.get(definitionId) ?? fastq.promise((run: Run) => this.#work(run), limit)
    this.#queues.set(definitionId, queue)
    return queue
  }

  /** Runs an attempt for fastq. Occupies the queue until the handler settles, because it can ignore its signal. */
  async #work(run: Run): Promise<void> {
    if (isEnded(run.status.state)) return // cancelled while it was waiting
    let handler: Promise<unknown> | undefined
    const attempt = this.#attempt(run, (left) => {
      handler = left
    })
    this.#running.set(run, attempt)
    await attempt.finally(() => this.#running.delete(run))
    await handler?.catch(() => undefined)
  }

  async #attempt(run: Run, onLeftRunning: (handler: Promise<unknown>) => void): Promise<void> {
    const { envelope, retriedAt } = run
    const { id: runId, definitionId, startedAt = new Date(clock.now()) } = run.status
    const definition = this.#host.jobs.get(definitionId)
    if (!definition || !eventsOf(definition).includes(envelope.event)) {
      return this.settle(run, { type: 'failed', error: toErrorInfo(new DefinitionNotFoundError({ definitionId })) })
    }
    const attempt = run.status.attempts + 1
    const { signal } = (run.stop = new AbortController())
    const { nextAttemptAt: _, ...status } = run.status
    run.status = { ...status, state: 'running', attempts: attempt, startedAt }
    const facts = { jobId: envelope.id, runId, attempt, retriedAt, signal, onLeftRunning }
    const outcome = await runAttempt(definition, envelope, { host: this.#host, ...facts })
    if (!isEnded(run.status.state)) this.settle(run, outcome) // a cancel is final
  }
}
