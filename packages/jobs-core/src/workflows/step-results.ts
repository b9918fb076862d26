import { StepFailedError } from '../errors/step-failed-error.ts'
import { copyJson } from '../events/json.ts'
import { errorFrom } from '../runs/error-from.ts'
import type { Clock } from '../time/clock.ts'
import { pause } from '../time/pause.ts'
import type { AwaitedStep } from './awaited-step.ts'
import type { StepRecord } from './workflow-record.ts'

/** What results are handed over with. */
export interface StepResultsOptions {
  /** As the passes before left them. */
  readonly recorded: readonly StepRecord[]
  readonly clock: Clock
  /** How long code is waited for that awaits what is no step, before results that an earlier pass had. */
  readonly graceMs: number
  /** Told of each result that is handed over. */
  readonly onDelivered: () => void
  /** Told when there is none to hand over. */
  readonly onIdle: () => void
}

/**
 * Hands the code the results of its steps: one after the other, in the order in which they are recorded, and whatever the
 * code makes of one is done before the next. So a race has the same winner, and the code calls its steps in the same
 * order, when results come together, when saves overtake each other, and in a replay.
 */
export class StepResults {
  readonly #options: StepResultsOptions
  /** Called, and not handed over. */
  readonly #open = new Map<string, AwaitedStep>()
  /** Those of earlier passes, in order; before a later result the code must have come to call them. */
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

  /** True while results are being handed over. */
  get isBusy(): boolean {
    return this.#isBusy
  }

  /** Notes a step that the code has called. */
  add(called: AwaitedStep): void {
    this.#calls++
    if (this.#next < this.#earlier.length) this.#called.add(called.step.key)
    this.#open.set(called.step.key, called)
  }

  /** Says that a step has ended and is kept. */
  markSaved(called: AwaitedStep): void {
    called.isSaved = true
    if (!this.#isBusy) void this.#advance()
  }

  /** Hands nothing over from now on. */
  stop(): void {
    this.#isStopped = true
  }

  async #advance(): Promise<void> {
    this.#isBusy = true
    for (let result = this.#nextResult(); result?.isSaved && !this.#isStopped; result = this.#nextResult()) {
      if (await this.#isQuiet(result)) this.#hand(this.#nextResult()!)
    }
    this.#isBusy = false
    this.#options.onIdle()
  }

  #nextResult(): AwaitedStep | undefined {
    let next: AwaitedStep | undefined
    for (const called of this.#open.values()) {
      const { order } = called.step
      if (order !== undefined && (!next || order < next.step.order!)) next = called
    }
    return next
  }

  /** True where the pass that recorded this result had others before it, whose steps the code has not called yet. */
  #comesBeforeEarlier({ step }: AwaitedStep): boolean {
    while (this.#next < this.#earlier.length && this.#called.has(this.#earlier[this.#next]!.key)) this.#next++
    const missing = this.#earlier[this.#next]
    return missing !== undefined && missing.order! < step.order!
  }

  /**
   * Lets the code do what it can do now. Where it has yet to call a step that ended before this result, it is waited for,
   * but not for ever: false until then.
   */
  async #isQuiet(result: AwaitedStep): Promise<boolean> {
    const { clock, graceMs } = this.#options
    await (clock.turn?.() ?? clock.yield())
    if (this.#isStopped) return false
    if (!this.#comesBeforeEarlier(result)) return this.#nextResult()?.isSaved === true
    const before = this.#calls
    await pause(clock, graceMs)
    // It calls it no more: the code was changed.
    if (this.#calls === before) this.#next = this.#earlier.length
    return false
  }

  #hand({ step, resolve, reject }: AwaitedStep): void {
    this.#open.delete(step.key)
    this.#options.onDelivered()
    if (step.state === 'completed') return resolve(step.output === undefined ? undefined : copyJson(step.output))
    reject(toStepFailedError(step))
  }
}

/** What a step that has failed throws into the code. */
export function toStepFailedError({
  key,
  attempts,
  error,
}: Pick<StepRecord, 'key' | 'attempts' | 'error'>): StepFailedError {
  const cause = errorFrom(error ?? { name: 'Error', message: 'It is not known why.' })
  return new StepFailedError({ stepId: key, attempts, cause })
}
