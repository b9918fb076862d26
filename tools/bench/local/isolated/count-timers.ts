/** Counts the timers that are set from now on and have neither fired nor been cleared. */
export function countTimers(): () => number {
  const live = new Set<NodeJS.Timeout>()
  const { setTimeout: set, clearTimeout: clear } = globalThis
  const counting = (callback: () => void, delayMs?: number): NodeJS.Timeout => {
    const timer = set(() => {
      live.delete(timer)
      callback()
    }, delayMs)
    live.add(timer)
    return timer
  }
  globalThis.setTimeout = counting as unknown as typeof setTimeout
  globalThis.clearTimeout = (timer) => {
    live.delete(timer as NodeJS.Timeout)
    clear(timer)
  }
  return () => live.size
}
