import { computed, signal } from '@preact/signals'
import type { Capabilities } from '@cgk-platform/jobs-core'

import type { PermissionsJson, SessionJson } from '../../../src/api-types.ts'
import { apiUrl, type Parameters } from '../api/request.ts'
import { query } from './router.ts'

/** The user and the engine; `undefined` until they are loaded. */
export const session = signal<SessionJson | undefined>(undefined)

/** The tenant whose jobs are shown; `undefined` for those of all tenants. */
export const tenant = computed((): string | undefined => {
  const chosen = query.value.get('tenant') || undefined
  const allowed = session.value?.tenants
  if (allowed === undefined || allowed === 'all') return chosen
  return chosen !== undefined && allowed.includes(chosen) ? chosen : allowed[0]
})

/** True if the user may see the jobs of all tenants. */
export const seesAll = computed(() => session.value?.tenants === 'all')

/** Returns true if the user may do this. */
export function may(permission: keyof PermissionsJson): boolean {
  return session.value?.can[permission] ?? false
}

/** Returns why the engine cannot do this; `undefined` if it can. */
export function whyUnsupported(feature: keyof Capabilities['features']): string | undefined {
  const support = session.value?.capabilities?.features[feature]
  return support && !support.supported ? support.note : undefined
}

/** Returns the address of a part of the API, for the chosen tenant. */
export function tenantUrl(path: string, parameters: Parameters = {}): string {
  return apiUrl(path, { ...parameters, tenant: tenant.value })
}
