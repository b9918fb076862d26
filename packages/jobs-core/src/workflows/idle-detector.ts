import type { Clock, Timer } from '../time/clock.ts'

/** Options of `IdleDetector`. */
export interface IdleDetectorOptions {
  readonly clock: Clock
  /** Whether the code can count as idle: a step waits, and no result is being delivered. */
  readonly canBeIdle: () => boolean
  /** Returns the grace time for code that awaits something other than a step, in milliseconds. */
  readonly graceMs: () => number
  /** Called when the code can only wait. */
  readonly onIdle: () => void
}

/** Detects when the code of a workflow can only wait: no work is running, and everything that is ready has run. */
export class IdleDetector {
  readonly #options: IdleDetectorOptions
  /** Number of running attempts and saves. */
  #runningCount = 0
  /** Counts activity, to detect when there is none. */
  #activity = 0
  #isChecking = false
  #isStopped = false
  #graceTimer: Timer | undefined

  constructor(options: IdleDetectorOptions) {
    this.#options = options
  }

  /** Whether attempts or saves are running. */
  get isWorking(): boolean {
    return this.#runningCount > 0
  }

  workStarted(): void {
    this.#runningCount++
  }

  workEnded(): void {
    this.#runningCount--
    this.#activity++
  }

  /** Records activity. */
  noteActivity(): void {
    this.#activity++
  }

  /** Checks whether the code is idle, once everything that is ready has run. */
  check(): void {
    if (this.#isChecking || !this.#canBeIdle()) return
    this.#isChecking = true
    const before = this.#activity
    void this.#settle().then(() => {
      this.#isChecking = false
      if (this.#activity !== before) return this.check()
      if (this.#canBeIdle()) this.#options.onIdle()
    })
  }

  stop(): void {
    this.#isStopped = true
    this.#graceTimer?.cancel()
  }

  #canBeIdle(): boolean {
    return !this.#isStopped && this.#runningCount === 0 && this.#options.canBeIdle()
  }

  async #settle(): Promise<void> {
    const { clock, graceMs } = this.#options
    await clock.yield()
    const waitMs = this.#isStopped ? 0 : graceMs()
    if (waitMs > 0) await new Promise<void>((resolve) => (this.#graceTimer = clock.setTimer(waitMs, resolve)))
  }
}
