import { LeaseLostError } from '../errors/lease-lost-error.ts'
import { ShutdownError } from '../errors/shutdown-error.ts'
import { JobTimeoutError } from '../errors/job-timeout-error.ts'
import type { Clock, Timer } from '../time/clock.ts'
import type { Outcome } from './outcome.ts'

/** The outcome that an aborted signal asks for: `interrupted` when the run goes on elsewhere or later, otherwise `cancelled`. */
export function stopOutcome(signal: AbortSignal): Outcome | undefined {
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
  /** True where nobody else has the signal, so that work that has no timeout may be given it as it is. */
  readonly isOwn?: boolean
}

/**
 * Waits for work, but not longer than its timeout or the host's signal. Then the work's own signal is aborted with the
 * reason and this rejects with it, whether or not the work takes notice.
 */
export function runUntilStopped<T>(options: StopOptions, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    options.signal.throwIfAborted() // an event that is past is not told
    const watch = new StopListener(options, reject)
    const finish = (result: T): void => {
      watch.end()
      resolve(result)
    }
    const failed = (error: unknown): void => {
      watch.end()
      reject(error)
    }
    try {
      work(watch.signal).then(finish, failed)
    } catch (error) {
      failed(error)
    }
  })
}

/** An event listener for what may stop an attempt: one object rather than closures, since every attempt makes one. */
class StopListener {
  readonly #options: StopOptions
  readonly #stopped: (reason: unknown) => void
  readonly #own: AbortController | undefined
  #timer: Timer | undefined

  constructor(options: StopOptions, stopped: (reason: unknown) => void) {
    const { signal, clock, definitionId, timeoutMs, isOwn = false } = options
    this.#options = options
    this.#stopped = stopped
    if (!isOwn || timeoutMs !== undefined) this.#own = new AbortController()
    signal.addEventListener('abort', this)
    if (timeoutMs === undefined) return
    this.#timer = clock.setTimer(timeoutMs, () => this.#stop(new JobTimeoutError({ definitionId, timeoutMs })))
  }

  /** What the work is given. */
  get signal(): AbortSignal {
    return this.#own?.signal ?? this.#options.signal
  }

  handleEvent(): void {
    this.#stop(this.#options.signal.reason)
  }

  end(): void {
    this.#options.signal.removeEventListener('abort', this)
    this.#timer?.cancel()
  }

  #stop(reason: unknown): void {
    this.end()
    this.#own?.abort(reason)
    this.#stopped(reason)
  }
}
