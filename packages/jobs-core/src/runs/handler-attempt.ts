import { AttemptsExhaustedError } from '../errors/attempts-exhausted-error.ts'
import { type Attempt, inScope, toJobContext, toStopOptions } from './attempt.ts'
import { throughMiddleware } from './attempt-middleware.ts'
import { type HandlerDefinition, type PreparedCall, prepareCall } from './call-handler.ts'
import { toErrorInfo } from './error-info.ts'
import type { Outcome } from './outcome.ts'
import { classifyFailure, isPermanentError, reportFailure } from './report-failure.ts'
import { StopListener, stopOutcome } from './run-until-stopped.ts'
import { toOutput } from './to-output.ts'

/** An attempt of a definition with a handler. */
export type HandledAttempt = Attempt & { readonly definition: HandlerDefinition }

/** Runs one attempt of a handler. Calls back instead of awaiting, because each `async` function takes 0.1 µs or more. */
export class HandlerAttempt {
  readonly #attempt: HandledAttempt
  readonly #ended: (outcome: Outcome) => void
  #stopListener: StopListener | undefined
  /**
   * True while the envelope or the output is being checked. Only then is an error such as `PayloadInvalidError`
   * permanent. If a handler throws one, the attempt is retried.
   */
  #isChecking = true
  /** True from the handler's end or the stop of the attempt on. What comes later does not count. */
  #isDecided = false
  #isHandling = false

  /** @param ended - called once with the outcome */
  constructor(attempt: HandledAttempt, ended: (outcome: Outcome) => void) {
    this.#attempt = attempt
    this.#ended = ended
  }

  start(): void {
    const { definition, maxAttempts, options } = this.#attempt
    let work: Promise<unknown> | undefined
    try {
      if (options.attempt > maxAttempts) throw new AttemptsExhaustedError({ definitionId: definition.id, maxAttempts })
      options.signal.throwIfAborted() // an aborted signal emits no further event
      const stopOptions = { ...toStopOptions(this.#attempt), notice: options.stopNotice }
      this.#stopListener = new StopListener(stopOptions, (reason) => this.#threw(reason, work))
      const returned = inScope(this.#attempt, call, this)
      if (!isObject(returned)) return this.#returned(returned)
      work = Promise.resolve(returned)
    } catch (error) {
      return this.#threw(error)
    }
    work.then(
      (value) => this.#returned(value),
      (error: unknown) => this.#threw(error),
    )
  }

  /** Calls the handler. Returns a promise only if the schema or the handler does. */
  call(): unknown {
    const { definition, envelope, options } = this.#attempt
    const context = toJobContext(this.#attempt, this.#stopListener!.signal)
    const prepared = prepareCall(definition, envelope, context, options.tickHost)
    return prepared instanceof Promise ? prepared.then((late) => this.#handle(late)) : this.#handle(prepared)
  }

  #handle({ handle, isFanOut }: PreparedCall): unknown {
    const { signal } = this.#stopListener!
    signal.throwIfAborted() // the attempt may have been stopped while an asynchronous schema ran
    this.#isChecking = false
    this.#isHandling = true
    if (!this.#attempt.middleware || isFanOut) return handle()
    return throughMiddleware(this.#attempt, { work: 'handler', signal }, handle)
  }

  #returned(value: unknown): void {
    if (!this.#decide()) return
    this.#isChecking = true
    const { definition, options } = this.#attempt
    try {
      const output = toOutput(value, definition, options.limits) // copied now, because the handler may still change it
      void this.#end(output === undefined ? { type: 'completed' } : { type: 'completed', output })
    } catch (error) {
      void this.#end(undefined, error)
    }
  }

  /** @param work - the handler, if it still runs */
  #threw(error: unknown, work?: Promise<unknown>): void {
    if (!this.#decide()) return
    if (work && this.#isHandling) this.#attempt.options.onLeftRunning?.(work)
    void this.#end(undefined, error)
  }

  /** Returns false if the attempt is decided already. */
  #decide(): boolean {
    if (this.#isDecided) return false
    this.#isDecided = true
    this.#stopListener?.end()
    return true
  }

  async #end(completed: Outcome | undefined, thrown?: unknown): Promise<void> {
    const { signal, clock } = this.#attempt.options
    let outcome: Outcome
    try {
      // A handler that blocked the event loop may have delayed a cancel, which must arrive before a result is reported.
      await clock.yield()
      outcome = stopOutcome(signal) ?? completed ?? (await this.#failure(thrown))
    } catch (error) {
      // The host's clock or random number generator threw. What a handler throws never gets here.
      outcome = { type: 'failed', error: toErrorInfo(error) }
    }
    this.#ended(outcome)
  }

  async #failure(thrown: unknown): Promise<Outcome> {
    const outcome = classifyFailure(this.#attempt, thrown, this.#isChecking && isPermanentError(thrown))
    if (outcome.type === 'failed')
      await inScope(this.#attempt, (failed) => reportFailure(failed, thrown), this.#attempt)
    return outcome
  }
}

function call(attempt: HandlerAttempt): unknown {
  return attempt.call()
}

function isObject(value: unknown): value is object {
  return (typeof value === 'object' && value !== null) || typeof value === 'function'
}
