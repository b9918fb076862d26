import type { ClaimOptions } from './claim-options.ts'
import type { Slots } from './definition-slots.ts'

/** The tenants of a source, in SQLite's order. */
export interface SourceTenants {
  readonly definitionId: string
  readonly slots: Pick<Slots, 'freeOf'>
  /** Returns the next tenant after one, or from one on. */
  next(operator: '>' | '>=', from: string): string | undefined
  /** Called when all runs of a paused tenant were set aside. */
  readonly onSetAside?: (tenant: string) => void
}

/** Returns the next tenant of a source whose runs may begin. Sets aside those of paused tenants that it meets. */
export function nextOpenTenant(
  { paused, bound }: Pick<ClaimOptions, 'paused' | 'bound'>,
  { definitionId, slots, next, onSetAside }: SourceTenants,
  after: string,
  isIncluded: boolean,
): string | undefined {
  let tenant = next(isIncluded ? '>=' : '>', after)
  while (tenant !== undefined) {
    if (paused.isTenantPaused(tenant)) {
      if (!bound.take()) return undefined
      if (paused.setAside(definitionId, tenant)) onSetAside?.(tenant)
    } else if (slots.freeOf(tenant) > 0) return tenant
    tenant = next('>', tenant)
  }
  return undefined
}
