import { DefinitionNotFoundError, type RunStatus, ShutdownError, isEnded } from '@cgk-platform/jobs-core'
import {
  type Clock,
  type Envelope,
  eventOf,
  type JobHost,
  type Outcome,
  runAttempt,
  systemClock,
  toErrorInfo,
  awaitAtMost,
} from '@cgk-platform/jobs-core/provider'
import fastq, { type queueAsPromised } from 'fastq'

/** A run as this provider keeps it. */
export interface Run {
  readonly envelope: Envelope
  status: RunStatus
  /** Stops the attempt that is under way. */
  stop?: AbortController
}

const clock: Clock = systemClock

/** The queues of fastq in which runs wait, one for each definition. */
export class RunQueues {
  readonly #host: JobHost
  readonly #workers: number
  readonly #queues = new Map<string, queueAsPromised<Run>>()
  readonly #underWay = new Map<Run, Promise<void>>()
  isClosed = false

  constructor(host: JobHost, workers: number) {
    this.#host = host
    this.#workers = workers
  }

  /** Puts a run into its queue, when its time has come: fastq knows no delays. */
  add(run: Run, at: number): void {
    if (this.isClosed || isEnded(run.status.state)) return
    const delayMs = at - clock.now()
    if (delayMs > 0) return void clock.setTimer(delayMs, () => this.add(run, at))
    if (run.status.state === 'scheduled') run.status = { ...run.status, state: 'queued' }
    void this.#queueOf(run.status.definitionId).push(run)
  }

  /** Puts an attempt's outcome into the words of this engine. */
  settle(run: Run, outcome: Outcome): void {
    if (outcome.type === 'retry') {
      const nextAttemptAt = new Date(clock.now() + outcome.afterMs)
      run.status = { ...run.status, state: 'retrying', nextAttemptAt, error: outcome.error }
      return this.add(run, nextAttemptAt.getTime())
    }
    // Only a closing engine interrupts, and memory keeps nothing for a later one; workflows alone are suspended.
    if (outcome.type === 'interrupted' || outcome.type === 'suspended') return
    const { type: state, ...result } = outcome
    const { error: _, ...status } = run.status
    run.status = { ...status, ...result, state, endedAt: new Date(clock.now()) }
  }

  /** Takes no more runs, waits for the attempts under way, then stops them. */
  async close(timeoutMs: number): Promise<void> {
    this.isClosed = true
    for (const queue of this.#queues.values()) queue.kill()
    await awaitAtMost(clock, timeoutMs, Promise.all(this.#underWay.values()))
    for (const { stop } of this.#underWay.keys()) stop?.abort(new ShutdownError())
    await Promise.all(this.#underWay.values())
  }

  #queueOf(definitionId: string): queueAsPromised<Run> {
    const { concurrency, providerOptions } = this.#host.jobs.get(definitionId) ?? {}
    const limit = concurrency?.limit ?? providerOptions?.fastq?.workers ?? this.#workers
    const queue = this.#queues.get(definitionId) ?? fastq.promise((run: Run) => this.#work(run), limit)
    this.#queues.set(definitionId, queue)
    return queue
  }

  /** What fastq calls. The run keeps its place in the queue for as long as its handler, which may heed no signal. */
  async #work(run: Run): Promise<void> {
    if (isEnded(run.status.state)) return // cancelled while it waited
    let handler: Promise<unknown> | undefined
    const attempt = this.#attempt(run, (left) => {
      handler = left
    })
    this.#underWay.set(run, attempt)
    await attempt.finally(() => this.#underWay.delete(run))
    await handler?.catch(() => undefined)
  }

  async #attempt(run: Run, onLeftRunning: (handler: Promise<unknown>) => void): Promise<void> {
    const { envelope } = run
    const { id: runId, definitionId, startedAt = new Date(clock.now()) } = run.status
    const definition = this.#host.jobs.get(definitionId)
    if (!definition || eventOf(definition) !== envelope.event) {
      return this.settle(run, { type: 'failed', error: toErrorInfo(new DefinitionNotFoundError({ definitionId })) })
    }
    const attempt = run.status.attempts + 1
    const { signal } = (run.stop = new AbortController())
    const { nextAttemptAt: _, ...status } = run.status
    run.status = { ...status, state: 'running', attempts: attempt, startedAt }
    const { client, hooks, middleware, logger } = this.#host
    const ids = { jobId: envelope.id, runId, attempt }
    const options = { ...ids, signal, clock, client, hooks, middleware, logger, onLeftRunning }
    const outcome = await runAttempt(definition, envelope, options)
    if (!isEnded(run.status.state)) this.settle(run, outcome) // a cancel is final
  }
}
