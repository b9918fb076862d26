/** Lets a number of users in. The others wait for a place, in their order. */
export class Places {
  #free: number
  readonly #waiting = new Set<() => void>()

  constructor(max: number) {
    this.#free = max
  }

  /** Takes a place. Returns a function that gives it back. Rejects with the reason of a signal that aborts before. */
  async take(signal: AbortSignal): Promise<() => void> {
    signal.throwIfAborted()
    if (this.#free > 0) this.#free--
    else await this.#wait(signal)
    return () => {
      const [next] = this.#waiting
      if (!next) return void this.#free++
      this.#waiting.delete(next)
      next()
    }
  }

  #wait(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const stop = (): void => {
        this.#waiting.delete(enter)
        reject(signal.reason as Error)
      }
      const enter = (): void => {
        signal.removeEventListener('abort', stop)
        resolve()
      }
      this.#waiting.add(enter)
      signal.addEventListener('abort', stop, { once: true })
    })
  }
}
