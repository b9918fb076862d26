import { elapsedOf } from '../time/clock.ts'
import { type Attempt, inScope, toJobContext, toStopOptions } from './attempt.ts'
import { throughMiddleware } from '../hooks/attempt-middleware.ts'
import { callHandler, type CallRunner, type HandlerDefinition } from './call-handler.ts'
import { checkMayStart } from './check-may-start.ts'
import { concludeAttempt } from './conclude-attempt.ts'
import { EndOfTurn, type TurnWaiter } from './end-of-turn.ts'
import type { Outcome } from '../hooks/outcome.ts'
import { StopListener, type Stoppable } from './run-until-stopped.ts'
import { throwReturnedError } from './throw-returned-error.ts'
import { toOutput } from './to-output.ts'
import { warnOfLongAttempt } from './warn-of-long-attempt.ts'

/** An attempt of a definition with a handler. */
export type HandledAttempt = Attempt & { readonly definition: HandlerDefinition }

/** Runs one attempt of a handler. Calls back instead of awaiting, because each `async` function takes 0.1 µs or more. */
export class HandlerAttempt implements CallRunner, Stoppable, TurnWaiter {
  readonly #attempt: HandledAttempt
  /** Listens for a stop if the host's notice does not suffice. */
  #stopListener: StopListener | undefined = undefined
  /**
   * True while the envelope or the output is being checked. Only then is an error such as `PayloadInvalidError`
   * permanent. If a handler throws one, the attempt is retried.
   */
  #isChecking = true
  /** When the handler started to wait, by the elapsed time of the clock. */
  #startedAt: number | undefined = undefined
  /** True if the attempt sends the jobs of a tick, so that its output is the library's. */
  #isFanOut = false
  #work: Promise<unknown> | undefined = undefined
  /** True from the handler's end or the stop of the attempt on. What comes later does not count. */
  #isDecided = false
  /** True if the handler was stopped, so that it may still run. */
  #isStopped = false
  #completed: Outcome | undefined = undefined
  #thrown: unknown = undefined

  constructor(attempt: HandledAttempt) {
    this.#attempt = attempt
  }

  start(): void {
    const { host, options } = this.#attempt
    try {
      checkMayStart(this.#attempt)
      this.#listen()
      const returned = inScope(this.#attempt, call, this)
      if (!isObject(returned)) return this.#returned(returned)
      this.#work = Promise.resolve(returned)
      this.#startedAt = options.begunAt ?? elapsedOf(host.clock)
      if (this.#isDecided) this.#leaveRunning() // the handler has stopped its own attempt
    } catch (error) {
      return this.#threw(error)
    }
    this.#work.then(
      (value) => this.#returned(value),
      (error: unknown) => this.#threw(error),
    )
  }

  /** Calls the handler. Returns a promise only if the schema or the handler does. */
  call(): unknown {
    return callHandler(this.#attempt, toJobContext(this.#attempt, this.#signal), this)
  }

  run(handle: () => unknown, isFanOut?: true): unknown {
    const signal = this.#signal
    signal.throwIfAborted() // the attempt may have been stopped while an asynchronous schema ran
    this.#isChecking = false
    this.#isFanOut = isFanOut === true
    if (!this.#attempt.middleware || isFanOut) return handle()
    return throughMiddleware(this.#attempt, { work: 'handler', signal }, handle)
  }

  stopped(reason: unknown): void {
    if (this.#isDecided) return
    this.#isStopped = true
    this.#leaveRunning()
    this.#threw(reason)
  }

  turnEnded(problem?: unknown): void {
    const end = { completed: this.#completed, thrown: this.#thrown, isChecking: this.#isChecking }
    concludeAttempt(this.#attempt, { ...end, isRunning: this.#isStopped }, problem)
  }

  #leaveRunning(): void {
    // Before the handler was called, only an asynchronous schema can be left running.
    if (this.#work && !this.#isChecking) this.#attempt.options.onLeftRunning?.(this.#work)
  }

  get #signal(): AbortSignal {
    return this.#stopListener?.signal ?? this.#attempt.options.signal
  }

  #listen(): void {
    const { definition, options, runEnd } = this.#attempt
    if (options.stopNotice && definition.timeoutMs === undefined && !runEnd) options.stopNotice.stoppable = this
    else this.#stopListener = new StopListener(toStopOptions(this.#attempt, runEnd), this)
  }

  #returned(value: unknown): void {
    if (this.#isDecided) return
    this.#isChecking = true
    const { definition, host } = this.#attempt
    try {
      const output = toOutput(value, definition, host.limits) // copied now, because the handler may still change it
      this.#isChecking = false
      if (!this.#isFanOut) throwReturnedError(this.#attempt, output)
      this.#completed = output === undefined ? { type: 'completed' } : { type: 'completed', output }
    } catch (error) {
      this.#thrown = error
    }
    this.#decide()
  }

  #threw(error: unknown): void {
    if (this.#isDecided) return
    this.#thrown = error
    this.#decide()
  }

  #decide(): void {
    this.#isDecided = true
    const { host, options } = this.#attempt
    if (options.stopNotice) options.stopNotice.stoppable = undefined
    this.#stopListener?.end()
    let elapsedMs: number
    // A handler that blocked the event loop may have delayed a cancel, which must arrive before a result is reported.
    try {
      const turns = host.endOfTurn ?? new EndOfTurn(host.clock)
      elapsedMs = turns.add(this)
    } catch (error) {
      return this.turnEnded(error)
    }
    if (this.#startedAt !== undefined) warnOfLongAttempt(this.#attempt, elapsedMs - this.#startedAt)
  }
}

function call(attempt: HandlerAttempt): unknown {
  return attempt.call()
}

function isObject(value: unknown): value is object {
  return (typeof value === 'object' && value !== null) || typeof value === 'function'
}
