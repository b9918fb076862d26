import type { Duration } from '@cgk-platform/jobs-core'
import { custom, declareOptions, duration, integer, kindOf, oneOf, type Option } from '@cgk-platform/jobs-core/provider'
import { group, type OptionTable } from '@cgk-platform/jobs-core/scheduling'

/** The role of a process that shares a store of jobs with others. */
export type EngineRole = 'send' | 'work' | 'both'

interface KeptOptions {
  count?: number | undefined
  age?: number | Duration | undefined
}

interface RetentionOptions extends KeptOptions {
  failed?: KeptOptions | undefined
}

interface EngineOptions {
  concurrency?: number | undefined
  retention?: RetentionOptions | undefined
  role?: EngineRole | undefined
  lease?: number | Duration | undefined
  tenantWeights?: Readonly<Record<string, number>> | undefined
}

/** The number of ended jobs to retain, and for how long. */
interface Kept {
  readonly count: number
  readonly ageMs: number
}

interface CheckedRetention extends Partial<Kept> {
  readonly failed?: Partial<Kept>
}

/** The options that each engine with a store has. */
export interface EngineSettings {
  /** Maximum number of attempts running at once in this process. */
  readonly concurrency: number
  readonly role: EngineRole
  readonly leaseMs: number
  readonly retention: Kept & { readonly failed: Kept }
  /** The turns of a tenant in each round. A tenant that is not in it has 1. */
  readonly tenantWeights: ReadonlyMap<string, number>
}

/** These options as they were checked. */
export type CheckedEngineOptions = Partial<Omit<EngineSettings, 'retention'>> & {
  readonly retention?: CheckedRetention
}

const tenantWeights: Option<Readonly<Record<string, number>>, ReadonlyMap<string, number>> = custom(
  (weights: unknown, name, createError) => {
    if (typeof weights !== 'object' || weights === null || Array.isArray(weights) || weights instanceof Map) {
      throw createError(name, 'is not an object of numbers', 'Pass an object such as `{ tenant_123: 3 }`.')
    }
    const checked = new Map<string, number>()
    for (const [tenantId, weight] of Object.entries(weights as Readonly<Record<string, unknown>>)) {
      if (tenantId === '') throw createError(name, 'has an empty tenant id', 'Pass the id of a tenant.')
      if (typeof weight !== 'number' || !(weight >= 0.001 && weight <= 1000)) {
        const problem = typeof weight === 'number' ? `is \`${weight}\`` : `is ${kindOf(weight)}, not a number`
        throw createError(`${name}.${tenantId}`, problem, 'Pass a number from 0.001 to 1000.')
      }
      checked.set(tenantId, weight)
    }
    return checked
  },
)

const kept = { count: integer(), age: duration() }

/** The declarations of these options. */
export const engineOptions: OptionTable<EngineOptions, CheckedEngineOptions> = {
  concurrency: integer(),
  retention: group(
    declareOptions<RetentionOptions, CheckedRetention>('`retention`', {
      ...kept,
      failed: group(declareOptions<KeptOptions, Partial<Kept>>('`retention.failed`', kept)),
    }),
  ),
  role: oneOf(['send', 'work', 'both']),
  lease: duration({ minMs: 1000, remedy: "Pass at least one second: `'1s'`." }),
  tenantWeights,
}

/** Applies the defaults. @param defaultLeaseMs - the default of `lease` */
export function toEngineSettings(checked: CheckedEngineOptions, defaultLeaseMs: number): EngineSettings {
  const { concurrency = 100, role = 'both', leaseMs = defaultLeaseMs, tenantWeights: weights = new Map() } = checked
  const dayMs = 86_400_000
  const failed = { count: 10_000, ageMs: 30 * dayMs, ...checked.retention?.failed }
  const retention = { count: 10_000, ageMs: dayMs, ...checked.retention, failed }
  return { concurrency, role, leaseMs, retention, tenantWeights: weights }
}
