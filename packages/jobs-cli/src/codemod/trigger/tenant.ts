import { ts } from 'ts-morph'

/** The sources of a payload's tenant. */
export interface TenantOptions {
  /** Fields of payloads that hold the tenant, in order of preference. */
  readonly fields: readonly string[]
  /** The tenant of payloads that have none of the fields. */
  readonly tenant?: string | undefined
}

/** The tenant of one task's payloads: already in `tenantId`, in another field, or always the same. */
export type Tenant = { readonly from: 'tenantId' } | { readonly from: 'field'; readonly field: string } | Constant

interface Constant {
  readonly from: 'constant'
  readonly id: string
}

/**
 * Returns the tenant of payloads of this type, or the reason why there is none.
 *
 * @param type - absent for a task without a payload
 */
export function tenantOf(type: ts.Type | undefined, options: TenantOptions, checker: ts.TypeChecker): Tenant | string {
  const kindOf = (field: string): 'string' | 'optional' | undefined => {
    const property = type && checker.getPropertyOfType(type, field)
    if (!property) return undefined
    const isString = allStrings(checker.getTypeOfSymbol(property))
    return isString && !(property.flags & ts.SymbolFlags.Optional) ? 'string' : 'optional'
  }
  const own = kindOf('tenantId')
  if (own === 'string') return { from: 'tenantId' }
  if (own) return 'its `tenantId` is not always a string. Make it required, and run the command again'
  const field = options.fields.find((name) => kindOf(name) === 'string')
  if (field !== undefined) return { from: 'field', field }
  if (options.tenant !== undefined) return { from: 'constant', id: options.tenant }
  const optional = options.fields.find((name) => kindOf(name) === 'optional')
  if (optional !== undefined)
    return `its \`${optional}\` is not always a string. Make it required, or pass \`--tenant\``
  const strings = (type?.getProperties() ?? [])
    .map((property) => property.getName())
    .filter((name) => kindOf(name) === 'string')
  const has =
    strings.length > 0
      ? `; it has ${strings
          .slice(0, 8)
          .map((name) => `\`${name}\``)
          .join(', ')}`
      : ''
  return `the payload does not say whose it is: it has no \`tenantId\`${has}. Pass the field that holds the tenant as \`--tenant-field\`, or one tenant for all as \`--tenant\``
}

function allStrings(type: ts.Type): boolean {
  return type.isUnion() ? type.types.every(allStrings) : Boolean(type.flags & ts.TypeFlags.StringLike)
}
