// Captured at load time, so that fake timers that a test installs later do not stop it.
const { setTimeout: later, clearTimeout: cancelLater } = globalThis

/** Looks again and again, with a pause in between. Does not keep the process alive. */
export class Poll {
  readonly #look: () => Promise<void>
  readonly #pauseMs: () => number
  #timer: ReturnType<typeof setTimeout> | undefined
  #isStopped = false

  /** @param look - its failures are ignored */
  constructor(look: () => Promise<void>, pauseMs: () => number) {
    this.#look = look
    this.#pauseMs = pauseMs
    this.#pause()
  }

  stop(): void {
    this.#isStopped = true
    cancelLater(this.#timer)
  }

  #pause(): void {
    if (this.#isStopped) return
    const again = (): void => this.#pause()
    this.#timer = later(() => void this.#look().then(again, again), this.#pauseMs())
    this.#timer.unref()
  }
}
