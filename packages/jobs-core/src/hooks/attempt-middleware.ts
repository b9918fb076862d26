import { InvalidOptionError } from '../errors/invalid-option-error.ts'
import { kindOf } from '../options/kind-of.ts'
import { custom } from '../options/kinds.ts'
import type { Option } from '../options/option.ts'
import type { AttemptInfo } from './hooks.ts'

/**
 * Wraps every attempt at running your code: a handler, the work of `step.run`, its `compensate`, an `onFailure`. Call
 * `next()` to run that code, at most once, and return its result.
 *
 * The return value of the middleware is the result, even if it did not call `next()`. An error it throws is the
 * attempt's error and is retried like a handler's. `next()` rejects with the error of the code, or with the signal's
 * reason after the attempt was stopped. The timeout includes the middleware. Results of `onFailure` and `compensate`
 * are ignored.
 */
export type AttemptMiddleware = (
  attempt: AttemptInfo & {
    /** The kind of code that `next()` runs. */
    readonly work: 'handler' | 'step' | 'onFailure' | 'compensation'
    /** The id of the step that is run or compensated; absent outside a step. */
    readonly stepId?: string
    /** The attempt of that step, or of its compensation, counted from 1. */
    readonly stepAttempt?: number
    /**
     * The attempts of all events of a batch, whose handler is called once. The other facts are those of the first.
     * Absent for any other code.
     */
    readonly batch?: readonly AttemptInfo[]
    /** Aborts when the attempt is stopped. The code gets the same signal. */
    readonly signal: AbortSignal
  },
  next: () => Promise<unknown>,
) => Promise<unknown>

/** The option `middleware` of a client or a definition. Its value is stored as a frozen copy. */
export const middlewareOption: Option<readonly AttemptMiddleware[], readonly AttemptMiddleware[]> = custom(
  (input: unknown, name, createError) => {
    const remedy = 'Pass an array of functions, such as `[(attempt, next) => next()]`.'
    if (!Array.isArray(input)) throw createError(name, `is ${kindOf(input)}, not an array`, remedy)
    const wrong = input.findIndex((layer) => typeof layer !== 'function')
    if (wrong !== -1) throw createError(name, `contains ${kindOf(input[wrong])} at index ${wrong}`, remedy)
    return Object.freeze([...(input as AttemptMiddleware[])])
  },
)

/** Facts about the code that an attempt runs. */
type Work = Pick<Parameters<AttemptMiddleware>[0], 'work' | 'stepId' | 'stepAttempt' | 'batch' | 'signal'>

/** An attempt with its middleware, the outermost first. */
interface WrappedAttempt {
  readonly info: AttemptInfo
  readonly middleware?: readonly AttemptMiddleware[] | undefined
}

/** Joins the middleware of a client and a definition, the client's first. Returns `undefined` if there is none. */
export function joinMiddleware(
  clientMiddleware: readonly AttemptMiddleware[] | undefined,
  definitionMiddleware: readonly AttemptMiddleware[] | undefined,
): readonly AttemptMiddleware[] | undefined {
  const joined =
    clientMiddleware && definitionMiddleware
      ? [...clientMiddleware, ...definitionMiddleware]
      : (clientMiddleware ?? definitionMiddleware)
  return joined?.length ? joined : undefined
}

/** Runs `run` inside the middleware of an attempt. */
export function throughMiddleware(
  { middleware, info }: WrappedAttempt,
  work: Work,
  run: () => unknown,
): Promise<unknown> {
  const attempt = Object.freeze({ ...info, ...work })
  const outermost = (middleware ?? []).reduceRight<() => Promise<unknown>>(
    (inner, layer) => () => runLayer(layer, attempt, inner),
    async () => run(),
  )
  return outermost()
}

async function runLayer(
  layer: AttemptMiddleware,
  attempt: Parameters<AttemptMiddleware>[0],
  inner: () => Promise<unknown>,
): Promise<unknown> {
  let started: Promise<unknown> | undefined
  let hasReturned = false
  const next = (): Promise<unknown> => {
    if (started) return rejectCall('called `next()` twice')
    if (hasReturned) return rejectCall('called `next()` after it had returned')
    if (attempt.signal.aborted) return handled(Promise.reject(attempt.signal.reason))
    started = inner()
    return handled(started)
  }
  try {
    return await layer(attempt, next)
  } finally {
    hasReturned = true
    // The attempt ends after its code, so that the next attempt never overlaps it.
    if (started) await started.catch(() => undefined)
  }
}

function rejectCall(problem: string): Promise<never> {
  const remedy = 'Call it at most once per attempt, and return its result.'
  return handled(Promise.reject(new InvalidOptionError({ option: 'middleware', problem, remedy })))
}

/** Prevents an unhandled rejection if the middleware does not await the promise. */
function handled<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined)
  return promise
}
