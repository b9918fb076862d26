import type { Clock } from './clock.ts'

/** Waits for work, but no longer than so; then it goes on unwatched. */
export async function awaitAtMost<T>(clock: Clock, durationMs: number, work: Promise<T>): Promise<T | undefined> {
  let stop = (): void => undefined
  const tooLate = new Promise<undefined>((resolve) => {
    const timer = clock.setTimer(durationMs, () => resolve(undefined))
    stop = () => timer.cancel()
  })
  return Promise.race([work, tooLate]).finally(() => stop())
}
