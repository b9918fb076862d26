import type { Clock } from '@cgk-platform/jobs-core/provider'
import type { Timer } from '@cgk-platform/jobs-core/scheduling'

import type { StoredRun } from '../records/stored-run.ts'

/** Maximum time in milliseconds that a handler that ignores its signal holds its slot. */
const maxLeftoverMs = 30_000

/**
 * The handlers that still run after a cancel or a timeout. Each holds the slot of its run until it ends, for at most 30
 * seconds.
 */
export class LeftoverHandlers {
  readonly #clock: Clock
  readonly #release: (run: StoredRun) => void
  /** One for each handler: several attempts of a run can leave one. */
  readonly #timers = new Set<Timer>()

  /** @param release - called once for each handler, when its slot is free */
  constructor(clock: Clock, release: (run: StoredRun) => void) {
    this.#clock = clock
    this.#release = release
  }

  get size(): number {
    return this.#timers.size
  }

  add(run: StoredRun, handler: Promise<unknown>): void {
    const release = (): void => {
      if (!this.#timers.delete(timer)) return
      timer.cancel()
      this.#release(run)
    }
    const timer = this.#clock.setTimer(maxLeftoverMs, release)
    timer.hold(false)
    this.#timers.add(timer)
    handler.then(release, release)
  }
}
