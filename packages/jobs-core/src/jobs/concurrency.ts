import { InvalidDefinitionError } from '../errors/invalid-definition-error.ts'

/** How many runs of one definition may be under way at once: over all tenants, for each tenant, or both. */
export type Concurrency = number | { limit?: number | undefined; perTenant?: number | undefined }

/** A checked `Concurrency`. */
export interface ConcurrencyLimits {
  /** Of all tenants together. */
  readonly limit?: number
  /** Of each tenant. */
  readonly perTenant?: number
}

/** @throws {InvalidDefinitionError} when a limit is not a whole number from 1, or none is given. */
export function toConcurrencyLimits(concurrency: Concurrency, what: string): ConcurrencyLimits {
  const isObject = typeof concurrency === 'object' && concurrency !== null
  const { limit, perTenant, ...unknown }: Exclude<Concurrency, number> = isObject ? concurrency : { limit: concurrency }
  const fail = (field: string, problem: string): never => {
    const remedy = 'Give a whole number of 1 or more, or `{ limit, perTenant }`.'
    throw new InvalidDefinitionError({ what, field, problem, remedy })
  }
  for (const field of Object.keys(unknown)) fail(`concurrency.${field}`, 'is not an option')
  if (limit !== undefined && !isCount(limit)) {
    fail(isObject ? 'concurrency.limit' : 'concurrency', `is \`${String(limit)}\``)
  }
  if (perTenant !== undefined && !isCount(perTenant)) fail('concurrency.perTenant', `is \`${String(perTenant)}\``)
  if (limit === undefined && perTenant === undefined) fail('concurrency', 'has no limit')
  return { ...(limit !== undefined && { limit }), ...(perTenant !== undefined && { perTenant }) }
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 1
}
