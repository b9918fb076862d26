import { systemTenantId } from '@cgk-platform/jobs-core/provider'

import type { EngineEvent } from '../api/engine-shapes.ts'
import type { IncomingEvent } from '../wire/inngest-event.ts'
import { toEnvelope } from '../wire/to-envelope.ts'

/**
 * Returns the tenant of an event. A tenant in the payload takes precedence over the record: handlers and Inngest's
 * limits use the payload, and a forged record must not show the job to another tenant. Only an event of this library can
 * have the platform's tenant.
 */
export function tenantOf(event: IncomingEvent & Pick<EngineEvent, 'internal_id'>): string {
  const { tenantId } = (event.data ?? {}) as { readonly tenantId?: unknown }
  if (typeof tenantId === 'string' && tenantId !== '' && tenantId !== systemTenantId) return tenantId
  const recorded = toEnvelope(event, event.internal_id).tenantId
  return tenantId === systemTenantId && recorded !== systemTenantId ? '' : recorded
}
