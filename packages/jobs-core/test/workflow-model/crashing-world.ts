import type { Clock, Timer } from '../../src/time/clock.ts'
import type { StepContext } from '../../src/workflows/steps.ts'

/** A crash: after so many things have happened since the one before, and for so long. */
export interface Crash {
  readonly after: number
  readonly downMs: number
}

/** One pass over the code of a workflow, in a process of its own. Once that has crashed, nothing of it goes on. */
export interface Pass {
  isAlive: boolean
  /** The works begun in it, by their idempotency keys. */
  readonly begun: Set<string>
  readonly crashed: () => void
}

/** What a work did. `key` is its idempotency key, the one name that steps and compensations have on their own. */
export interface Done {
  readonly what: 'step' | 'compensation'
  readonly key: string
}

/**
 * Virtual time, with crashes at chosen places. Whatever happens is a place to crash at: the beginning and the end of a
 * work, a timer, a turn of the loop, a save.
 */
export class CrashingWorld {
  readonly #crashes: Crash[]
  readonly #turns: { readonly pass: Pass; readonly resolve: () => void }[] = []
  readonly #timers = new Set<{ readonly at: number; readonly pass: Pass | undefined; readonly callback: () => void }>()
  #untilCrash: number
  now = 0
  /** How long the process that crashed last is away. */
  downMs = 0
  readonly begun: Done[] = []
  readonly completed: Done[] = []
  readonly choices = new Map<string, number>()
  readonly faults: string[] = []

  constructor(crashes: readonly Crash[]) {
    this.#crashes = [...crashes]
    this.#untilCrash = crashes[0]?.after ?? Number.POSITIVE_INFINITY
  }

  /** One more thing happens: true where the process is dead, or crashes now. */
  isDeadAt(pass: Pass): boolean {
    if (!pass.isAlive) return true
    if (this.#untilCrash-- > 0) return false
    this.downMs = this.#crashes.shift()!.downMs
    this.#untilCrash = this.#crashes[0]?.after ?? Number.POSITIVE_INFINITY
    pass.isAlive = false
    pass.crashed()
    return true
  }

  /** Settles only where the process is alive. */
  async happen(pass: Pass): Promise<void> {
    if (this.isDeadAt(pass)) await new Promise<never>(() => undefined)
  }

  async begin(pass: Pass, what: Done['what'], { idempotencyKey: key }: StepContext): Promise<void> {
    await this.happen(pass)
    pass.begun.add(key)
    this.begun.push({ what, key })
    await this.happen(pass)
  }

  async complete(pass: Pass, what: Done['what'], { idempotencyKey: key }: StepContext): Promise<void> {
    await this.happen(pass)
    this.completed.push({ what, key })
    await this.happen(pass)
  }

  /** Notes which branch the code saw first: what it has seen once it must see in every later pass. */
  choose(pass: Pass, id: string, place: number): void {
    if (!pass.isAlive) return
    const before = this.choices.get(id)
    if (before !== undefined && before !== place) this.fault(`\`${id}\` went to ${place}, and to ${before} before.`)
    this.choices.set(id, before ?? place)
  }

  fault(words: string): void {
    this.faults.push(words)
  }

  wait(pass: Pass, ms: number): Promise<void> {
    return new Promise((resolve) => void this.clockOf(pass).setTimer(ms, resolve))
  }

  /** Calls back though no process is alive: for what comes from outside. */
  later(ms: number, callback: () => void): Timer {
    return this.#setTimer(ms, undefined, callback)
  }

  clockOf(pass: Pass): Clock {
    return {
      now: () => this.now,
      setTimer: (delayMs, callback) => this.#setTimer(delayMs, pass, callback),
      yield: () => new Promise((resolve) => void this.#turns.push({ pass, resolve })),
    }
  }

  #setTimer(ms: number, pass: Pass | undefined, callback: () => void): Timer {
    const timer = { at: this.now + ms, pass, callback }
    this.#timers.add(timer)
    return { cancel: () => void this.#timers.delete(timer), hold: () => undefined }
  }

  /** Lets one thing after the other happen until there is an answer. */
  async until<T>(answer: () => T | undefined): Promise<T> {
    for (;;) {
      await new Promise((resolve) => setImmediate(resolve)) // all that is ready runs first
      const answered = answer()
      if (answered !== undefined) return answered
      const turn = this.#turns.shift()
      if (turn) {
        if (!this.isDeadAt(turn.pass)) turn.resolve()
        continue
      }
      const timer = [...this.#timers].toSorted((one, other) => one.at - other.at)[0]
      if (!timer) throw new Error('Nothing more would ever happen.')
      this.#timers.delete(timer)
      if (timer.pass?.isAlive === false) continue
      this.now = Math.max(this.now, timer.at)
      if (!timer.pass || !this.isDeadAt(timer.pass)) timer.callback()
    }
  }
}
