import { custom, kindOf, type Option } from '@cgk-platform/jobs-core/provider'

/** The declaration of `tenantWeights`: the turns of a tenant in each round. */
export const tenantWeightsOption: Option<Readonly<Record<string, number>>, ReadonlyMap<string, number>> = custom(
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
