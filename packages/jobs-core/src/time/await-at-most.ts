import type { Clock } from './clock.ts'

/** Awaits `work` for at most `durationMs`, then returns `undefined`. Does not cancel it. */
export async function awaitAtMost<T>(clock: Clock, durationMs: number, work: Promise<T>): Promise<T | undefined> {
  let stop = (): void => undefined
  const timedOut = new Promise<undefined>((resolve) => {
    const timer = clock.setTimer(durationMs, () => resolve(undefined))
    stop = () => timer.cancel()
  })
  return Promise.race([work, timedOut]).finally(() => stop())
}
