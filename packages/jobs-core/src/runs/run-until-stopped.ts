import { LeaseLostError } from '../errors/lease-lost-error.ts'
import { ShutdownError } from '../errors/shutdown-error.ts'
import { JobTimeoutError } from '../errors/job-timeout-error.ts'
import type { Clock, Timer } from '../time/clock.ts'
import type { Outcome } from '../hooks/outcome.ts'
import type { RunEnd } from './run-end.ts'

/**
 * The reason with which a host aborts an attempt that waits for a step of the engine. The engine calls the handler again
 * from its start. Until then, the attempt neither ends nor times out.
 */
export const suspension: unique symbol = Symbol.for('@cgk-platform/jobs/suspension')

/**
 * Returns the outcome of an aborted signal: `suspended` if the host suspended the attempt, `interrupted` if the run
 * continues elsewhere or later, otherwise `cancelled`.
 */
export function stopOutcome(signal: AbortSignal): Outcome | undefined {
  if (!signal.aborted) return undefined
  const { reason } = signal
  if (reason === suspension) return { type: 'suspended' }
  const continues = ShutdownError.isInstance(reason) || LeaseLostError.isInstance(reason)
  return { type: continues ? 'interrupted' : 'cancelled' }
}

/** Code that a stop interrupts. */
export interface Stoppable {
  stopped(reason: unknown): void
}

/** Tells an attempt that its signal has aborted. An event listener on each signal costs 0.2 µs of an attempt's 4. */
export interface StopNotice {
  /** The running attempt, to be called with the signal's reason. */
  stoppable?: Stoppable | undefined
}

/** Options for what can stop an attempt. */
export interface StopOptions {
  /** Aborts on cancel or shutdown. */
  readonly signal: AbortSignal
  readonly clock: Clock
  readonly definitionId: string
  readonly timeoutMs: number | undefined
  /** The latest end of the run. Default: no limit. */
  readonly runEnd?: RunEnd | undefined
  /**
   * True if the signal belongs to this attempt only. Without a timeout, the work then gets the signal itself. Default
   * false.
   */
  readonly isExclusive?: boolean
}

/**
 * Runs work until it ends, its timeout expires or the host's signal aborts. On a stop, aborts the work's own signal and
 * rejects with the reason, even if the work ignores the signal.
 */
export function runUntilStopped<T>(options: StopOptions, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    options.signal.throwIfAborted() // an aborted signal emits no further event
    const watch = new StopListener(options, { stopped: reject })
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

/**
 * Listens for whatever can stop an attempt, until `end`. One object instead of closures, because every attempt creates
 * one.
 */
export class StopListener {
  readonly #options: StopOptions
  readonly #stoppable: Stoppable
  readonly #controller: AbortController | undefined
  #timer: Timer | undefined

  constructor(options: StopOptions, stoppable: Stoppable) {
    const { signal, clock, definitionId, timeoutMs, runEnd, isExclusive = false } = options
    this.#options = options
    this.#stoppable = stoppable
    if (!isExclusive || timeoutMs !== undefined || runEnd) this.#controller = new AbortController()
    signal.addEventListener('abort', this)
    const remainingMs = runEnd && Math.max(0, runEnd.at - clock.now())
    if (runEnd && remainingMs! < (timeoutMs ?? Number.POSITIVE_INFINITY)) {
      this.#timer = clock.setTimer(remainingMs!, () => this.#stop(runEnd.createError()))
    } else if (timeoutMs !== undefined) {
      this.#timer = clock.setTimer(timeoutMs, () => this.#stop(new JobTimeoutError({ definitionId, timeoutMs })))
    }
  }

  /** The signal for the work. */
  get signal(): AbortSignal {
    return this.#controller?.signal ?? this.#options.signal
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
    this.#controller?.abort(reason)
    this.#stoppable.stopped(reason)
  }
}
