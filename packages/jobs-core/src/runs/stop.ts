import { LeaseLostError } from '../errors/lease-lost-error.ts'
import { ShutdownError } from '../errors/shutdown-error.ts'
import { JobTimeoutError } from '../errors/job-timeout-error.ts'
import type { Clock } from '../time/clock.ts'
import type { Outcome } from './outcome.ts'

/** The outcome that an aborted signal asks for: `interrupted` when the run goes on elsewhere or later, otherwise `cancelled`. */
export function stopOf(signal: AbortSignal): Outcome | undefined {
  if (!signal.aborted) return undefined
  const { reason } = signal
  const goesOn = ShutdownError.isInstance(reason) || LeaseLostError.isInstance(reason)
  return { type: goesOn ? 'interrupted' : 'cancelled' }
}

/** What may end an attempt before its handler does. */
export interface StopOptions {
  /** The host's: cancel or shutdown. */
  readonly signal: AbortSignal
  readonly clock: Clock
  readonly definitionId: string
  readonly timeoutMs: number | undefined
}

/**
 * Waits for work, but not longer than its timeout or the host's signal. Then the work's own signal is aborted with the
 * reason and this rejects with it, whether or not the work takes notice.
 */
export async function untilStopped<T>(
  { signal, clock, definitionId, timeoutMs }: StopOptions,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  signal.throwIfAborted() // an event that is past is not told
  const own = new AbortController()
  let stop = (_reason: unknown): void => undefined
  const stopped = new Promise<never>((_resolve, reject) => {
    stop = (reason) => {
      own.abort(reason)
      reject(reason)
    }
  })
  const onAbort = (): void => stop(signal.reason)
  signal.addEventListener('abort', onAbort, { once: true })
  const timer =
    timeoutMs === undefined
      ? undefined
      : clock.setTimer(timeoutMs, () => stop(new JobTimeoutError({ definitionId, timeoutMs })))
  try {
    return await Promise.race([work(own.signal), stopped])
  } finally {
    signal.removeEventListener('abort', onAbort)
    timer?.cancel()
  }
}
