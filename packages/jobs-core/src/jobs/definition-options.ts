import { InvalidDefinitionError } from '../errors/invalid-definition-error.ts'
import { requireEvent } from '../events/event-registry.ts'
import type { JobEvent } from '../events/job-events.ts'
import type { DeclaredOptions, OptionTable } from '../options/declare-options.ts'
import { duration, group, custom } from '../options/kinds.ts'
import type { Option } from '../options/option.ts'
import { type RetryConfig, type RetryPolicy, toRetryPolicy } from '../retry/retry-config.ts'
import type { Duration } from '../time/duration.ts'
import { type AttemptMiddleware, middlewareOption } from '../runs/attempt-middleware.ts'
import { type Concurrency, concurrencyOption } from './concurrency.ts'
import type { BaseDefinition } from './job-definition.ts'
import type { ProviderOptions } from '../provider/engine-types.ts'

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

/** The options of a definition after their check, before the defaults are filled in. */
export type Unfilled<Definition> = Omit<Definition, 'kind' | keyof Defaults> & Partial<Defaults>

/** The options of every definition that have a default. */
interface Defaults {
  readonly retry: RetryPolicy
  readonly providerOptions: ProviderOptions
}

const idRemedy = 'Give a name of letters, digits, `.`, `_` and `-`, at most 100 characters: `process-order`.'

/** The name of a definition. */
export const idOption: Option<string, string> = custom(
  (id: unknown, name, createError) => {
    if (typeof id === 'string' && /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/.test(id)) return id
    throw createError(name, `is \`${String(id)}\``, idRemedy)
  },
  { required: idRemedy },
)

const eventRemedy = 'Name the event to handle, such as `order.created`.'

/** The event of a definition, which must be declared. */
export const eventOption: Option<JobEvent, JobEvent> = custom(
  (event: unknown, name, createError) => {
    if (typeof event !== 'string') throw createError(name, 'is not a string', eventRemedy)
    requireEvent(event)
    return event as JobEvent
  },
  { required: eventRemedy },
)

/** The options of every kind of definition, but for its `id`. */
export const commonOptions: OptionTable<Omit<DefinitionOptions, 'id'>, Unfilled<BaseDefinition>> = {
  retry: group({ read: toRetryPolicy }),
  timeout: duration({
    minMs: 1,
    feature: 'timeout',
    remedy: "Give milliseconds of 1 or more, or a string such as `'30s'`.",
  }),
  concurrency: concurrencyOption,
  middleware: middlewareOption,
  providerOptions: custom(),
}

/**
 * Checks a definition, and fills in what is left out.
 *
 * @param call - the function's name, for the error
 * @throws {InvalidDefinitionError} naming the field.
 */
export function readDefinition<Checked extends Partial<Defaults>>(
  call: string,
  options: DeclaredOptions<Checked>,
  given: unknown,
): Checked & Defaults {
  const fields = (typeof given === 'object' && given !== null ? given : {}) as { readonly id?: unknown }
  const what = `${call}(${typeof fields.id === 'string' ? `\`${fields.id}\`` : ''})`
  const checked = options.read(
    fields,
    (field, problem, remedy) => new InvalidDefinitionError({ what, field, problem, remedy }),
  )
  const { retry = toRetryPolicy(undefined), providerOptions = {} } = checked
  return { ...checked, retry, providerOptions }
}
