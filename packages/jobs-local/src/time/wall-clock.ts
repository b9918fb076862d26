import type { Clock } from '@cgk-platform/jobs-core/provider'

import { maxReadingMs } from './machine-clock.ts'

/** Smallest change that counts as a setting of the clock, in milliseconds. Time corrections are smaller. */
const minJumpMs = 1000

/** Notices that the wall clock was set, by comparing it with elapsed time. */
export class WallClock {
  readonly #clock: Pick<Clock, 'now' | 'elapsed'>
  readonly #offsetsMs: number[] = []
  #hasMatched = false
  #comparedAt: number | undefined

  constructor(clock: Pick<Clock, 'now' | 'elapsed'>) {
    this.#clock = clock
  }

  /**
   * The wall clock minus elapsed time, in milliseconds: now, and before that as often as the clock was set since
   * `match`. The oldest is first. The same in all processes of a machine. Empty if the clock cannot be set.
   */
  get offsetsMs(): readonly number[] {
    return this.#offsetsMs
  }

  /** Whether `match` was ever called. */
  get hasMatched(): boolean {
    return this.#hasMatched
  }

  /** Notes that the file has the present offset, so that earlier ones no longer matter. */
  match(): void {
    this.#hasMatched = true
    this.#offsetsMs.splice(0, this.#offsetsMs.length - 1)
  }

  /** Returns by how many milliseconds the clock was set since the last call. */
  takeJump(): number {
    // Once per millisecond. A send and its attempt ask four times, of which each takes 0.2 µs.
    const now = this.#clock.now()
    if (!this.#clock.elapsed || now === this.#comparedAt) return 0
    const elapsedMs = this.#clock.elapsed()
    const offsetMs = this.#clock.now() - elapsedMs
    // A process that was paused between the readings cannot tell. The next call can.
    if (this.#clock.elapsed() - elapsedMs > maxReadingMs) return 0
    this.#comparedAt = now
    const previousMs = this.#offsetsMs.at(-1)
    if (previousMs !== undefined && Math.abs(offsetMs - previousMs) < minJumpMs) return 0
    this.#offsetsMs.push(offsetMs)
    return previousMs === undefined ? 0 : offsetMs - previousMs
  }
}
