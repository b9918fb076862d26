/** A limited number of slots for work that runs at the same time. */
export interface Slots {
  /**
   * Waits for a free slot, in the order of the calls. Returns a function that frees the slot. Rejects with the reason of a
   * signal that aborts first.
   */
  take(signal?: AbortSignal): Promise<() => void>
}

/** Creates slots. @param count - maximum number taken at once */
export function createSlots(count: number): Slots {
  const waiting = new Set<() => void>()
  let free = count
  const release = (): void => {
    const [next] = waiting
    if (next) next()
    else free++
  }
  const wait = (signal: AbortSignal | undefined): Promise<void> =>
    new Promise((resolve, reject) => {
      const stop = (): void => {
        waiting.delete(enter)
        reject(signal!.reason as Error)
      }
      const enter = (): void => {
        waiting.delete(enter)
        signal?.removeEventListener('abort', stop)
        resolve()
      }
      waiting.add(enter)
      signal?.addEventListener('abort', stop, { once: true })
    })
  return {
    async take(signal) {
      signal?.throwIfAborted()
      if (free > 0) free--
      else await wait(signal)
      return release
    },
  }
}
