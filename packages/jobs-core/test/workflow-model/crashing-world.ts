import type { Clock, Timer } from '../../src/time/clock.ts'
import type { StepContext } from '../../src/jobs/steps.ts'

/** A crash, after a number of checkpoints since the previous one, with a downtime. */
export interface Crash {
  readonly after: number
  readonly downMs: number
}

/** One replay of a workflow's code, in its own process. After a crash, nothing in it continues. */
export interface Replay {
  isAlive: boolean
  /** The idempotency keys of the work started in it. */
  readonly started: Set<string>
  readonly crashed: () => void
}

/** Work of a step or a compensation. `key` is its idempotency key. */
export interface WorkEntry {
  readonly what: 'step' | 'compensation'
  readonly key: string
}

/**
 * Virtual time with crashes at chosen checkpoints. Everything is a checkpoint: the start and the end of work, a timer,
 * a turn of the event loop, a save.
 */
export class CrashingWorld {
  readonly #crashes: Crash[]
  readonly #turns: { readonly replay: Replay; readonly resolve: () => void }[] = []
  readonly #timers = new Set<{
    readonly at: number
    readonly replay: Replay | undefined
    readonly callback: () => void
  }>()
  #untilCrash: number
  now = 0
  /** The downtime of the last crash. */
  downMs = 0
  readonly started: WorkEntry[] = []
  readonly completed: WorkEntry[] = []
  readonly choices = new Map<string, number>()
  readonly errors: string[] = []

  constructor(crashes: readonly Crash[]) {
    this.#crashes = [...crashes]
    this.#untilCrash = crashes[0]?.after ?? Number.POSITIVE_INFINITY
  }

  /** Passes one checkpoint. Returns true if the process is dead or crashes now. */
  isDeadAt(replay: Replay): boolean {
    if (!replay.isAlive) return true
    if (this.#untilCrash-- > 0) return false
    this.downMs = this.#crashes.shift()!.downMs
    this.#untilCrash = this.#crashes[0]?.after ?? Number.POSITIVE_INFINITY
    replay.isAlive = false
    replay.crashed()
    return true
  }

  /** Passes one checkpoint. Never settles if the process is dead. */
  async checkpoint(replay: Replay): Promise<void> {
    if (this.isDeadAt(replay)) await new Promise<never>(() => undefined)
  }

  async start(replay: Replay, what: WorkEntry['what'], { idempotencyKey: key }: StepContext): Promise<void> {
    await this.checkpoint(replay)
    replay.started.add(key)
    this.started.push({ what, key })
    await this.checkpoint(replay)
  }

  async complete(replay: Replay, what: WorkEntry['what'], { idempotencyKey: key }: StepContext): Promise<void> {
    await this.checkpoint(replay)
    this.completed.push({ what, key })
    await this.checkpoint(replay)
  }

  /** Records which branch settled first for the code. It must be the same in every later replay. */
  choose(replay: Replay, id: string, place: number): void {
    if (!replay.isAlive) return
    const before = this.choices.get(id)
    if (before !== undefined && before !== place)
      this.reportError(`\`${id}\` went to ${place}, and to ${before} before.`)
    this.choices.set(id, before ?? place)
  }

  reportError(message: string): void {
    this.errors.push(message)
  }

  wait(replay: Replay, ms: number): Promise<void> {
    return new Promise((resolve) => void this.clockOf(replay).setTimer(ms, resolve))
  }

  /** Sets a timer that fires even if no process is alive, for external events. */
  later(ms: number, callback: () => void): Timer {
    return this.#setTimer(ms, undefined, callback)
  }

  clockOf(replay: Replay): Clock {
    return {
      now: () => this.now,
      setTimer: (delayMs, callback) => this.#setTimer(delayMs, replay, callback),
      yield: () => new Promise((resolve) => void this.#turns.push({ replay, resolve })),
    }
  }

  #setTimer(ms: number, replay: Replay | undefined, callback: () => void): Timer {
    const timer = { at: this.now + ms, replay, callback }
    this.#timers.add(timer)
    return { cancel: () => void this.#timers.delete(timer), hold: () => undefined }
  }

  /** Advances one event at a time until `result` returns a value. */
  async until<T>(result: () => T | undefined): Promise<T> {
    for (;;) {
      await new Promise((resolve) => setImmediate(resolve)) // pending callbacks run first
      const value = result()
      if (value !== undefined) return value
      const turn = this.#turns.shift()
      if (turn) {
        if (!this.isDeadAt(turn.replay)) turn.resolve()
        continue
      }
      const timer = [...this.#timers].toSorted((one, other) => one.at - other.at)[0]
      if (!timer) throw new Error('The world has no more events.')
      this.#timers.delete(timer)
      if (timer.replay?.isAlive === false) continue
      this.now = Math.max(this.now, timer.at)
      if (!timer.replay || !this.isDeadAt(timer.replay)) timer.callback()
    }
  }
}
