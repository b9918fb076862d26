import type { Clock, Timer } from '../time/clock.ts'

/** What is looked at, and told. */
export interface IdleDetectorOptions {
  readonly clock: Clock
  /** False while nothing could be made of it that the code rests: nothing waits, or results are being handed over. */
  readonly canBeIdle: () => boolean
  /** How long code that does nothing is given that awaits what is no step. */
  readonly graceMs: () => number
  /** Told when the code can only wait. */
  readonly onIdle: () => void
}

/** Finds out when the code of a workflow can only wait: no work is under way, and all that is ready has run. */
export class IdleDetector {
  readonly #options: IdleDetectorOptions
  /** Attempts and saves under way. */
  #underWay = 0
  /** Counts what happens, to tell when nothing does. */
  #activity = 0
  #isLooking = false
  #isStopped = false
  #grace: Timer | undefined

  constructor(options: IdleDetectorOptions) {
    this.#options = options
  }

  /** True while attempts or saves are under way. */
  get isWorking(): boolean {
    return this.#underWay > 0
  }

  workStarted(): void {
    this.#underWay++
  }

  workEnded(): void {
    this.#underWay--
    this.#activity++
  }

  /** Says that something has happened. */
  noteActivity(): void {
    this.#activity++
  }

  /** Looks, once everything that is ready has run. */
  check(): void {
    if (this.#isLooking || !this.#couldRest()) return
    this.#isLooking = true
    const before = this.#activity
    void this.#quiet().then(() => {
      this.#isLooking = false
      if (this.#activity !== before) return this.check()
      if (this.#couldRest()) this.#options.onIdle()
    })
  }

  stop(): void {
    this.#isStopped = true
    this.#grace?.cancel()
  }

  #couldRest(): boolean {
    return !this.#isStopped && this.#underWay === 0 && this.#options.canBeIdle()
  }

  async #quiet(): Promise<void> {
    const { clock, graceMs } = this.#options
    await clock.yield()
    const waitMs = this.#isStopped ? 0 : graceMs()
    if (waitMs > 0) await new Promise<void>((resolve) => (this.#grace = clock.setTimer(waitMs, resolve)))
  }
}
