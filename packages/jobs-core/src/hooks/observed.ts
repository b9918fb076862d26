import { callSafely } from '../runtime/call-safely.ts'
import { bindLogger, type LoggerLike } from '../logging/logger.ts'
import { toErrorInfo } from '../errors/error-info.ts'
import type { Activity, Instrumentation } from './instrumentation.ts'

/** Starts an activity. Returns `undefined` if the instrumentation does not observe it, or throws. */
export function observe<Started extends Activity<never>>(
  instrument: Instrumentation,
  method: keyof Instrumentation,
  logger: LoggerLike,
  start: () => Started | undefined,
): Observed<Started> | undefined {
  const activity = callSafely(start, (error) => reportFault(instrument, method, logger, error))
  return activity && new Observed(activity, instrument, method, logger)
}

/** An activity whose errors do not reach the job. It ends once. */
export class Observed<Started extends Activity<never>> {
  readonly activity: Started
  readonly #instrument: Instrumentation
  readonly #method: keyof Instrumentation
  readonly #logger: LoggerLike
  #isEnded = false

  constructor(activity: Started, instrument: Instrumentation, method: keyof Instrumentation, logger: LoggerLike) {
    this.activity = activity
    this.#instrument = instrument
    this.#method = method
    this.#logger = logger
  }

  /** Calls `code` inside the activity, or without it if the activity does not call it. */
  run<A, R>(code: (argument: A) => R, argument: A): R {
    let isCalled = false
    let hasThrown = false
    let result: unknown
    const callOnce = (): void => {
      if (isCalled) return
      isCalled = true
      try {
        result = code(argument)
      } catch (error) {
        hasThrown = true
        result = error
      }
    }
    callSafely(
      () => this.activity.run(callOnce),
      (error) => this.fault(error),
    )
    callOnce()
    if (hasThrown) throw result
    return result as R
  }

  /** Reports an error of the activity. */
  fault(error: unknown): void {
    reportFault(this.#instrument, this.#method, this.#logger, error)
  }

  end(end: Parameters<Started['end']>[0]): void {
    if (this.#isEnded) return
    this.#isEnded = true
    callSafely(
      () => this.activity.end(end),
      (error) => this.fault(error),
    )
  }
}

/** The methods of each instrumentation that have thrown: one that throws for every job must not fill the log. */
const reported = new WeakMap<Instrumentation, Set<keyof Instrumentation>>()

/** Logs that a method of the instrumentation, or the activity that it started, threw. Only the first time. */
function reportFault(
  instrument: Instrumentation,
  method: keyof Instrumentation,
  logger: LoggerLike,
  error: unknown,
): void {
  const known = reported.get(instrument) ?? new Set()
  if (known.has(method)) return
  reported.set(instrument, known.add(method))
  const message = `The instrumentation threw in \`${method}\`. No job is affected. Later errors of it are not logged.`
  bindLogger(logger, {}).error(message, { error: toErrorInfo(error) })
}
