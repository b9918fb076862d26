import { invalidOption } from '../options/check-option-names.ts'

/** Refuses `{ tenantId: undefined }`. Without this check, `{ tenantId: user?.tenantId }` could concern the jobs of all tenants. */
export function refuseUndefinedTenant(options: unknown, verb: string): void {
  if (typeof options !== 'object' || options === null || !('tenantId' in options) || options.tenantId !== undefined)
    return
  const remedy = `Pass the id of a tenant, or omit it to ${verb} the jobs of all tenants.`
  throw invalidOption('tenantId', 'is undefined', remedy)
}
