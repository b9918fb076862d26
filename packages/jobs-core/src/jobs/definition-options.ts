import { InvalidDefinitionError } from '../errors/invalid-definition-error.ts'
import { quote } from '../errors/quote.ts'
import type { DeclaredOptions, OptionTable } from '../options/declare-options.ts'
import { boolean, duration, group, custom } from '../options/kinds.ts'
import type { Option } from '../options/option.ts'
import { type RetryConfig, type RetryPolicy, toRetryPolicy } from '../retry/retry-config.ts'
import type { Duration } from '../options/duration.ts'
import { type AttemptMiddleware, middlewareOption } from '../hooks/attempt-middleware.ts'
import { type ReturnedErrors, returnedErrorsOption } from './returned-errors.ts'
import { type Concurrency, concurrencyOption } from './concurrency.ts'
import type { Debounce } from './debounce.ts'
import type { BaseDefinition } from './job-definition.ts'
import { priorityOption } from '../sends/priority.ts'
import { type Throttle, throttleOption } from './throttle.ts'
import type { ProviderOptions } from '../engines/engine-types.ts'

/** The options of every kind of definition. */
export interface DefinitionOptions {
  /** The unique id of the definition on every engine: words of letters, digits, `.`, `_` and `-`, joined by `/`, at most 100 characters. */
  id: string
  /** The retries of failed attempts. Default: 3 attempts, with exponential backoff from 1 s to 60 s. */
  retry?: RetryConfig | undefined
  /** The maximum duration of an attempt: milliseconds or `'30s'`. Default: no limit. */
  timeout?: number | Duration | undefined
  /**
   * The maximum duration of a run with its retries and waits, from when it was due: milliseconds or `'1h'`. Default: no
   * limit.
   */
  runTimeout?: number | Duration | undefined
  /**
   * The maximum number of concurrent runs: over all tenants, `{ limit, perTenant }`, or `{ key: 'storeId', limit }` for
   * each value in the payload. Default: no limit.
   */
  concurrency?: Concurrency | undefined
  /** The maximum number of runs that start in a period. The rest waits. Retries and resumed workflows do not count. */
  throttle?: Throttle | undefined
  /**
   * Seconds by which a run that waits for a slot is moved ahead of runs that came due later: -600 to 600. Default: 0.
   */
  priority?: number | undefined
  /** Wraps the code of attempts, inside the client's middleware. The first is the outermost. */
  middleware?: readonly AttemptMiddleware[] | undefined
  /** The outputs that fail their attempt. `true`: an object with `success: false` or `ok: false`. Default: the client's. */
  returnedErrors?: ReturnedErrors | undefined
  /** `false`: sends and ticks start no runs of it. Runs that exist continue. Default: `true`. */
  enabled?: boolean | undefined
  /** Options for specific engines. */
  providerOptions?: ProviderOptions | undefined
}

/** The options of a definition whose sends can be debounced: a job or a workflow. */
export interface DebounceableOptions extends DefinitionOptions {
  /**
   * Of the sends of a tenant, or of each value of `key`, only the last one runs, after a period without another one. The
   * others end as `superseded`. Default: every send runs.
   */
  debounce?: Debounce | undefined
}

/** The checked options of a definition, before defaults are added. */
export type WithoutDefaults<Definition> = Omit<Definition, 'kind' | keyof Defaults> & Partial<Defaults>

/** The options with a default. */
interface Defaults {
  readonly enabled: boolean
  readonly retry: RetryPolicy
  readonly providerOptions: ProviderOptions
}

const idRemedy =
  'Use words of letters, digits, `.`, `_` and `-`, joined by `/`. Each starts with a letter or digit; at most 100 characters: `process-order`.'
const idPattern = /^[A-Za-z0-9][A-Za-z0-9._-]*(?:\/[A-Za-z0-9][A-Za-z0-9._-]*)*$/

/** The declaration of `id`. */
export const idOption: Option<string, string> = custom(
  (id: unknown, name, createError) => {
    if (typeof id === 'string' && id.length <= 100 && idPattern.test(id)) return id
    throw createError(name, `is ${quote(id)}`, idRemedy)
  },
  { required: idRemedy },
)

/** The declarations of the options of every kind of definition, without `id`. */
export const commonOptions: OptionTable<Omit<DefinitionOptions, 'id'>, WithoutDefaults<BaseDefinition>> = {
  retry: group({ read: toRetryPolicy }),
  timeout: duration({
    minMs: 1,
    feature: 'timeout',
    remedy: "Pass at least 1 ms: a number of milliseconds, or a string such as `'30s'`.",
  }),
  runTimeout: duration({
    minMs: 1,
    feature: 'runTimeout',
    remedy: "Pass at least 1 ms: a number of milliseconds, or a string such as `'1h'`.",
  }),
  concurrency: concurrencyOption,
  throttle: throttleOption,
  priority: priorityOption,
  middleware: middlewareOption,
  returnedErrors: returnedErrorsOption,
  enabled: boolean(),
  providerOptions: custom(),
}

/**
 * Checks the options of a definition and adds the defaults.
 *
 * @param call - the name of the function, for errors
 * @throws {InvalidDefinitionError} naming the invalid field.
 */
export function readDefinition<Checked extends Partial<Defaults>>(
  call: string,
  options: DeclaredOptions<Checked>,
  given: unknown,
): Checked & Defaults {
  const fields = (typeof given === 'object' && given !== null ? given : {}) as { readonly id?: unknown }
  const what = `${call}(${typeof fields.id === 'string' ? quote(fields.id) : ''})`
  const checked = options.read(
    fields,
    (field, problem, remedy) => new InvalidDefinitionError({ what, field, problem, remedy }),
  )
  const { retry = toRetryPolicy(undefined), enabled = true, providerOptions = {} } = checked
  return { ...checked, retry, enabled, providerOptions }
}
