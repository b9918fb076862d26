import type { Clock } from '@cgk-platform/jobs-core/provider'

/** Smallest change that counts as a setting of the clock, in milliseconds. Time corrections are smaller. */
const minJumpMs = 1000

/** Notices that the wall clock was set, by comparing it with elapsed time. */
export class WallClock {
  readonly #clock: Pick<Clock, 'now' | 'elapsed'>
  #offsetMs: number | undefined
  #previousMs: number | undefined

  constructor(clock: Pick<Clock, 'now' | 'elapsed'>) {
    this.#clock = clock
  }

  /**
   * The wall clock minus elapsed time at the last call of `takeJump`, in milliseconds. The same in all processes of a
   * machine. `undefined` if the clock cannot be set.
   */
  get offsetMs(): number | undefined {
    return this.#offsetMs
  }

  /** That difference before the clock was last set. `undefined` if it was not set since this process began. */
  get previousMs(): number | undefined {
    return this.#previousMs
  }

  /** Returns by how many milliseconds the clock was set since the last call. */
  takeJump(): number {
    const elapsedMs = this.#clock.elapsed?.()
    if (elapsedMs === undefined) return 0
    const offsetMs = this.#clock.now() - elapsedMs
    if (this.#offsetMs !== undefined && Math.abs(offsetMs - this.#offsetMs) < minJumpMs) return 0
    this.#previousMs = this.#offsetMs
    this.#offsetMs = offsetMs
    return this.#previousMs === undefined ? 0 : offsetMs - this.#previousMs
  }
}
