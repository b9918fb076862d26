import { StepFailedError } from '../errors/step-failed-error.ts'
import { copyJson } from '../values/json.ts'
import { errorFrom } from '../errors/error-from.ts'
import type { Clock } from '../time/clock.ts'
import { pause } from '../time/pause.ts'
import type { AwaitedStep } from './awaited-step.ts'
import type { ReplayContext } from '../steps/step-engine.ts'
import type { StepRecord } from '../steps/workflow-record.ts'

/** Options of `StepResults`. */
export interface StepResultsOptions {
  /** The steps of earlier replays. */
  readonly recorded: readonly StepRecord[]
  readonly clock: Clock
  /** Grace time in milliseconds for code that has yet to call a step of an earlier replay. */
  readonly graceMs: number
  /** Decodes the result of a step; `undefined` if nothing in it is encoded. */
  readonly decode: ReplayContext['decodeStep']
  /** Called if a result cannot be decoded. */
  readonly onUndecoded: (error: Error) => void
  /** Called for each delivered result. */
  readonly onDelivered: () => void
  /** Called when there is no result to deliver. */
  readonly onIdle: () => void
}

/**
 * Delivers the results of steps to the code one at a time, in the recorded order. The code finishes handling one
 * before it gets the next. A race therefore has the same winner and the code calls its steps in the same order, in
 * every replay, regardless of the timing of results and saves.
 */
export class StepResults {
  readonly #options: StepResultsOptions
  /** Called steps whose results were not delivered, by key. */
  readonly #undelivered = new Map<string, AwaitedStep>()
  /** Ended steps of earlier replays, in order. The code must have called them before it gets a later result. */
  readonly #earlier: readonly StepRecord[]
  readonly #called = new Set<string>()
  #calls = 0
  #next = 0
  #isBusy = false
  #isStopped = false

  constructor(options: StepResultsOptions) {
    this.#options = options
    const ended = options.recorded.filter(({ order }) => order !== undefined)
    this.#earlier = ended.toSorted((one, other) => one.order! - other.order!)
  }

  /** Whether results are being delivered. */
  get isBusy(): boolean {
    return this.#isBusy
  }

  /** Whether the code awaits no result. */
  get areDelivered(): boolean {
    return this.#undelivered.size === 0
  }

  /** Adds a step that the code has called. */
  add(called: AwaitedStep): void {
    this.#calls++
    if (this.#next < this.#earlier.length) this.#called.add(called.step.key)
    this.#undelivered.set(called.step.key, called)
  }

  /** Records that a step has ended and is saved. */
  markSaved(called: AwaitedStep): void {
    called.isSaved = true
    this.checkAgain()
  }

  /** Looks for results again: a step whose result came first has not ended after all. */
  checkAgain(): void {
    if (!this.#isBusy) void this.#deliverAll()
  }

  /** Stops delivering results. */
  stop(): void {
    this.#isStopped = true
  }

  async #deliverAll(): Promise<void> {
    this.#isBusy = true
    for (let result = this.#nextResult(); result?.isSaved && !this.#isStopped; result = this.#nextResult()) {
      if (await this.#isReadyForNext()) await this.#decodeAndDeliver(this.#nextResult()!)
    }
    this.#isBusy = false
    this.#options.onIdle()
  }

  #nextResult(): AwaitedStep | undefined {
    let next: AwaitedStep | undefined
    for (const called of this.#undelivered.values()) {
      const { order } = called.step
      if (order !== undefined && (!next || order < next.step.order!)) next = called
    }
    return next
  }

  /** Whether an earlier replay had a result before this one whose step the code has not called yet. */
  #hasEarlierUncalled({ step }: AwaitedStep): boolean {
    while (this.#next < this.#earlier.length && this.#called.has(this.#earlier[this.#next]!.key)) this.#next++
    const missing = this.#earlier[this.#next]
    return missing !== undefined && missing.order! < step.order!
  }

  /**
   * Lets the code run until it waits. Returns false while the code has yet to call a step that ended before the next
   * result, for at most the grace time.
   */
  async #isReadyForNext(): Promise<boolean> {
    const { clock, graceMs } = this.#options
    await (clock.turn?.() ?? clock.yield())
    if (this.#isStopped) return false
    const next = this.#nextResult()! // the code may have called a step with an earlier result by now
    if (!this.#hasEarlierUncalled(next)) return next.isSaved
    const before = this.#calls
    await pause(clock, graceMs)
    // The code changed and no longer calls the step.
    if (this.#calls === before) this.#next = this.#earlier.length
    return false
  }

  /** Delivers a result. The results behind it wait while it is decoded. */
  #decodeAndDeliver(next: AwaitedStep): void | Promise<void> {
    const { decode, onUndecoded } = this.#options
    const decoding = decode?.(next.step)
    if (!decoding) return this.#deliver(next)
    return decoding.then(
      (decoded) => {
        if (!this.#isStopped) this.#deliver({ ...next, step: { ...next.step, ...decoded } })
      },
      (error: Error) => {
        this.#undelivered.delete(next.step.key)
        onUndecoded(error)
      },
    )
  }

  #deliver({ step, resolve, reject }: AwaitedStep): void {
    this.#undelivered.delete(step.key)
    this.#options.onDelivered()
    if (step.state === 'completed') return resolve(step.output === undefined ? undefined : copyJson(step.output))
    reject(toStepFailedError(step))
  }
}

/** Returns the error that a failed step throws in the code. */
export function toStepFailedError({
  key,
  attempts,
  error,
}: Pick<StepRecord, 'key' | 'attempts' | 'error'>): StepFailedError {
  const cause = errorFrom(error ?? { name: 'Error', message: 'The reason is unknown.' })
  return new StepFailedError({ stepId: key, attempts, cause })
}
