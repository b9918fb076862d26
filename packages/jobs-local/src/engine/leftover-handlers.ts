import type { Clock } from '@cgk-platform/jobs-core/provider'

import type { StoredRun } from '../store/job-store.ts'

/** How long a handler that takes no notice of its signal keeps its place at most. */
const longestStayMs = 30_000

/** Handlers that run on after a cancel or a timeout. Each keeps the place of its run until it ends, but not for ever. */
export class LeftoverHandlers {
  readonly #clock: Clock
  readonly #leave: (run: StoredRun) => void
  readonly #runs = new Set<StoredRun>()

  /** `leave` is called once for each, when its place is free. */
  constructor(clock: Clock, leave: (run: StoredRun) => void) {
    this.#clock = clock
    this.#leave = leave
  }

  get size(): number {
    return this.#runs.size
  }

  add(run: StoredRun, handler: Promise<unknown>): void {
    this.#runs.add(run)
    const leave = (): void => {
      if (!this.#runs.delete(run)) return
      timer.cancel()
      this.#leave(run)
    }
    const timer = this.#clock.setTimer(longestStayMs, leave)
    timer.hold(false)
    handler.then(leave, leave)
  }
}
