/** Reads something, or joins an identical read that has not begun yet. */
export type SharedReads = <T>(key: string, read: () => Promise<T>) => Promise<T>

/**
 * Creates shared reads. For each key, one read runs at a time, and all calls during it share the next one. A call never
 * joins a read that has already begun, so its result is never older than the call.
 */
export function createSharedReads(): SharedReads {
  const running = new Map<string, Promise<unknown>>()
  const next = new Map<string, Promise<unknown>>()

  const start = <T>(key: string, read: () => Promise<T>): Promise<T> => {
    next.delete(key)
    const reading = read().finally(() => running.delete(key))
    running.set(key, reading)
    return reading
  }

  return <T>(key: string, read: () => Promise<T>): Promise<T> => {
    let joined = next.get(key)
    if (!joined) {
      const current = running.get(key)
      if (!current) return start(key, read)
      joined = current.catch(() => undefined).then(() => start(key, read))
      next.set(key, joined)
    }
    return joined as Promise<T>
  }
}
