import { bindLogger, type LoggerLike } from '../logging/logger.ts'
import { toErrorInfo } from '../runs/error-info.ts'
import type { Activity, Instrumentation } from './instrumentation.ts'

/** Starts an activity. Returns `undefined` if the instrumentation does not observe it, or throws. */
export function observe<Started extends Activity<never>>(
  instrument: Instrumentation,
  method: keyof Instrumentation,
  logger: LoggerLike,
  start: () => Started | undefined,
): Observed<Started> | undefined {
  try {
    const activity = start()
    return activity && new Observed(activity, (error) => reportFault(instrument, method, logger, error))
  } catch (error) {
    reportFault(instrument, method, logger, error)
    return undefined
  }
}

/** An activity whose errors do not reach the job. It ends once. */
export class Observed<Started extends Activity<never>> {
  readonly activity: Started
  readonly fault: (error: unknown) => void
  #isEnded = false

  constructor(activity: Started, fault: (error: unknown) => void) {
    this.activity = activity
    this.fault = fault
  }

  /** Calls `code` inside the activity, or without it if the activity does not call it. */
  run<T>(code: () => T): T {
    let result: { readonly value: T } | { readonly thrown: unknown } | undefined
    const callOnce = (): void => {
      if (result) return
      try {
        result = { value: code() }
      } catch (thrown) {
        result = { thrown }
      }
    }
    try {
      this.activity.run(callOnce)
    } catch (error) {
      this.fault(error)
    }
    callOnce()
    if ('thrown' in result!) throw result.thrown
    return result!.value
  }

  end(end: Parameters<Started['end']>[0]): void {
    if (this.#isEnded) return
    this.#isEnded = true
    try {
      this.activity.end(end)
    } catch (error) {
      this.fault(error)
    }
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
