import { InvalidDefinitionError } from '../errors/invalid-definition-error.ts'
import { middlewareProblem, middlewareRemedy } from '../options/check-middleware.ts'
import { kindOf } from '../options/kind-of.ts'
import { requireEvent } from '../events/event-registry.ts'
import { InvalidOptionError } from '../errors/invalid-option-error.ts'
import { type RetryConfig, type RetryPolicy, toRetryPolicy } from '../retry/retry-config.ts'
import type { AttemptMiddleware } from '../runs/attempt-middleware.ts'
import { type Duration, toMilliseconds } from '../time/duration.ts'
import { type Concurrency, type ConcurrencyLimits, toConcurrencyLimits } from './concurrency.ts'
import type { ProviderOptions } from './provider-options.ts'

/** What every kind of definition may say. */
export interface DefinitionOptions {
  /** Names the job's runs on every engine; unique, letters, digits, `.`, `_` and `-`, at most 100. */
  id: string
  /** Default: 3 attempts, exponential from 1 s to 60 s. */
  retry?: RetryConfig | undefined
  /** How long one attempt may take: milliseconds or `'30s'`. Default: no limit. */
  timeout?: number | Duration | undefined
  /** How many runs at once: over all tenants, or `{ limit, perTenant }`. Default: no limit of its own. */
  concurrency?: Concurrency | undefined
  /** Wraps the code of its attempts, inside of the client's middleware; the first is the outermost. */
  middleware?: readonly AttemptMiddleware[] | undefined
  /** Options that only one engine has. */
  providerOptions?: ProviderOptions | undefined
}

/** The checked options that every kind of definition has. */
export interface CheckedOptions {
  readonly id: string
  readonly retry: RetryPolicy
  readonly timeoutMs?: number
  readonly concurrency?: ConcurrencyLimits
  readonly middleware?: readonly AttemptMiddleware[]
  readonly providerOptions: ProviderOptions
}

/**
 * Checks what all kinds of definition have in common.
 *
 * @param kind - the function's name, for the error
 * @param work - the field that holds what the definition does
 * @throws {InvalidDefinitionError} naming the field.
 */
export function checkDefinition(
  kind: string,
  options: DefinitionOptions,
  known: readonly string[],
  work: 'handler' | 'steps' = 'handler',
): CheckedOptions {
  const id: unknown = (options as DefinitionOptions | undefined)?.id
  const what = `${kind}(${typeof id === 'string' ? `\`${id}\`` : ''})`
  if (typeof id !== 'string' || !/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/.test(id)) {
    throw new InvalidDefinitionError({
      what,
      field: 'id',
      problem: `is \`${String(id)}\``,
      remedy: 'Give a name of letters, digits, `.`, `_` and `-`, at most 100 characters: `process-order`.',
    })
  }
  for (const field of Object.keys(options)) {
    if (!known.includes(field)) {
      throw new InvalidDefinitionError({
        what,
        field,
        problem: 'is not an option',
        remedy: `The options are ${known.map((name) => `\`${name}\``).join(', ')}.`,
      })
    }
  }
  checkFunction(what, options, work, true)
  checkFunction(what, options, 'onFailure', false)
  const { middleware } = options
  const problem = middlewareProblem(middleware)
  if (problem !== undefined) {
    throw new InvalidDefinitionError({ what, field: 'middleware', problem, remedy: middlewareRemedy })
  }
  return {
    id,
    retry: toRetryPolicy(options.retry, what),
    ...(options.timeout !== undefined && { timeoutMs: toTimeoutMs(options.timeout, what) }),
    ...(options.concurrency !== undefined && { concurrency: toConcurrencyLimits(options.concurrency, what) }),
    ...(middleware && { middleware: Object.freeze([...middleware]) }),
    providerOptions: options.providerOptions ?? {},
  }
}

/** @throws {InvalidDefinitionError} when it is no text. @throws {UnknownEventError} when no event has the name. */
export function checkEvent(what: string, event: unknown): void {
  if (typeof event !== 'string') {
    throw new InvalidDefinitionError({
      what,
      field: 'event',
      problem: event === undefined ? 'is missing' : 'is not a string',
      remedy: 'Name the event to handle, such as `order.created`.',
    })
  }
  requireEvent(event)
}

/** @throws {InvalidDefinitionError} when the field is no function, or missing though required. */
export function checkFunction(what: string, options: object, field: string, required: boolean): void {
  const value = (options as Record<string, unknown>)[field]
  if (typeof value === 'function' || (value === undefined && !required)) return
  const problem = value === undefined ? 'is missing' : `is ${kindOf(value)}`
  throw new InvalidDefinitionError({ what, field, problem, remedy: 'Give a function.' })
}

function toTimeoutMs(timeout: number | Duration, what: string): number {
  const fail = (problem: string): never => {
    throw new InvalidDefinitionError({
      what,
      field: 'timeout',
      problem,
      remedy: "Give milliseconds of 1 or more, or a string such as `'30s'`.",
    })
  }
  try {
    const timeoutMs = toMilliseconds(timeout, 'timeout')
    return timeoutMs === 0 ? fail('is 0') : timeoutMs
  } catch (error) {
    if (!InvalidOptionError.isInstance(error)) throw error
    return fail(`is \`${String(timeout)}\``)
  }
}
