import type { PayloadIssue } from '../errors/payload-invalid-error.ts'
import type { EventInfo } from './event-info.ts'

type Json = Readonly<Record<string, unknown>>

/** The keywords of JSON Schema whose values are data. */
const dataKeywords = ['enum', 'const', 'default', 'examples']

/** Returns an event without the tenants that its schema names, for a user of one tenant. */
export function hideTenants(event: EventInfo): EventInfo {
  if (!event.schema) return event
  const tenants = tenantsIn(event.schema)
  const namesTenants = (value: unknown): boolean =>
    typeof value === 'string' ? tenants.has(value) : Array.isArray(value) && value.some(namesTenants)
  const text = JSON.stringify(event.schema, (name, value: unknown) => {
    if (name === 'tenantId') return isObject(value) ? { type: 'string' } : undefined
    return dataKeywords.includes(name) && namesTenants(value) ? undefined : value
  })
  const { $defs = {}, ...rest } = JSON.parse(text) as { readonly $defs?: object }
  // A definition that only `tenantId` used has nothing to tell.
  const used = Object.entries($defs).filter(([name]) => text.includes(JSON.stringify(`#/$defs/${name}`)))
  return { ...event, schema: { ...rest, ...(used.length > 0 && { $defs: Object.fromEntries(used) }) } }
}

/** Returns the issues of a payload without the tenants that a schema accepts. @param schema - if it is known */
export function hideTenantsInIssues(issues: readonly PayloadIssue[], schema: Json | undefined): PayloadIssue[] {
  const tenants = [...(schema ? tenantsIn(schema) : [])].map((tenant) => JSON.stringify(tenant))
  return issues.map(({ path, message }) => {
    if (path === 'payload.tenantId') return { path, message: 'The event does not accept this tenant.' }
    if (!tenants.some((tenant) => message.includes(tenant))) return { path, message }
    return { path, message: 'The event does not accept this value.' }
  })
}

/** Returns the tenants that a JSON Schema names: the values that `tenantId` may have, and those in examples. */
function tenantsIn(schema: Json): ReadonlySet<string> {
  const tenants = new Set<string>()
  const definitions = isObject(schema['$defs']) ? schema['$defs'] : {}
  const followed = new Set<unknown>()

  /** @param isTenant - whether the value belongs to a `tenantId`. @param isData - whether it is no schema */
  const read = (value: unknown, isTenant: boolean, isData: boolean): void => {
    if (typeof value === 'string' && isTenant && isData) tenants.add(value)
    if (Array.isArray(value)) for (const item of value) read(item, isTenant, isData)
    if (!isObject(value)) return
    for (const [name, item] of Object.entries(value)) {
      if (name === '$ref' && isTenant) follow(item)
      const isTenantId = name === 'tenantId'
      read(item, isTenant || isTenantId, isData || dataKeywords.includes(name) || (isTenantId && !isObject(item)))
    }
  }
  const follow = (ref: unknown): void => {
    if (followed.has(ref)) return
    followed.add(ref)
    read(definitions[String(ref).replace('#/$defs/', '')], true, false)
  }
  read(schema, false, false)
  return tenants
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
