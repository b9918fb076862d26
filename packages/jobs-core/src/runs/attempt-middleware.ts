import { InvalidOptionError } from '../errors/invalid-option-error.ts'
import { kindOf } from '../options/kind-of.ts'
import { custom } from '../options/kinds.ts'
import type { Option } from '../options/option.ts'
import type { AttemptInfo } from './hooks.ts'

/**
 * Wraps each attempt to run your code: a handler, the work of `step.run`, its `compensate`, an `onFailure`. Call `next()`
 * to run that code, at most once, and return what it resolves to.
 *
 * The value that the middleware returns is the result, even if it did not call `next()`. Its error is the attempt's error
 * and is retried like one of the handler. `next()` rejects with the error of the code, or with the signal's reason once
 * the attempt was stopped. The timeout covers the middleware. Results of `onFailure` and `compensate` are ignored.
 */
export type AttemptMiddleware = (
  attempt: AttemptInfo & {
    /** The code that `next()` runs. */
    readonly work: 'handler' | 'step' | 'onFailure' | 'compensation'
    /** The step that is run or compensated; absent outside of a step. */
    readonly stepId?: string
    /** Attempts of that step, or of its compensation, counted from 1. */
    readonly stepAttempt?: number
    /** Aborts when the attempt is stopped. The code gets the same one. */
    readonly signal: AbortSignal
  },
  next: () => Promise<unknown>,
) => Promise<unknown>

/** The middleware of a client or a definition; kept as a frozen copy. */
export const middlewareOption: Option<readonly AttemptMiddleware[], readonly AttemptMiddleware[]> = custom(
  (given: unknown, name, createError) => {
    const remedy = 'Give an array of functions, such as `[(attempt, next) => next()]`.'
    if (!Array.isArray(given)) throw createError(name, `is ${kindOf(given)}, not an array`, remedy)
    const wrong = given.findIndex((layer) => typeof layer !== 'function')
    if (wrong !== -1) throw createError(name, `contains ${kindOf(given[wrong])} at index ${wrong}`, remedy)
    return Object.freeze([...(given as AttemptMiddleware[])])
  },
)

/** Facts about the code that an attempt runs. */
type Work = Pick<Parameters<AttemptMiddleware>[0], 'work' | 'stepId' | 'stepAttempt' | 'signal'>

/** An attempt with its middleware: the client's first, which is the outermost. */
interface WrappedAttempt {
  readonly info: AttemptInfo
  readonly middleware?: readonly AttemptMiddleware[] | undefined
}

/** Joins the middleware of a client and of a definition; `undefined` where there is none. */
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

/** Runs code of an attempt inside its middleware. */
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
  let begun: Promise<unknown> | undefined
  let isOver = false
  const next = (): Promise<unknown> => {
    if (begun) return refused('called `next()` twice')
    if (isOver) return refused('called `next()` after it had ended')
    if (attempt.signal.aborted) return guarded(Promise.reject(attempt.signal.reason))
    begun = inner()
    return guarded(begun)
  }
  try {
    return await layer(attempt, next)
  } finally {
    isOver = true
    // The attempt does not end before its code, so that the next attempt never runs beside it.
    if (begun) await begun.catch(() => undefined)
  }
}

function refused(problem: string): Promise<never> {
  const remedy = 'Call it at most once in each attempt, and return what it resolves to.'
  return guarded(Promise.reject(new InvalidOptionError({ option: 'middleware', problem, remedy })))
}

/** A rejection that the middleware does not await does not end the process. */
function guarded<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined)
  return promise
}
