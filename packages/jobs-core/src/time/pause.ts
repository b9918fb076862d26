import type { Clock } from './clock.ts'

/** Waits `durationMs` by the clock, or until the signal aborts. */
export function pause(clock: Clock, durationMs: number, signal?: AbortSignal): Promise<void> {
  if (signal?.aborted) return Promise.resolve()
  return new Promise((resolve) => {
    const end = (): void => {
      timer.cancel()
      signal?.removeEventListener('abort', end)
      resolve()
    }
    const timer = clock.setTimer(durationMs, end)
    signal?.addEventListener('abort', end, { once: true })
  })
}
