import type { EngineEvent } from '../api/engine-shapes.ts'
import { toEnvelope } from '../wire/to-envelope.ts'

/**
 * Returns the tenant of an event. A tenant in the payload takes precedence over the record: handlers and Inngest's
 * limits use the payload, and a forged record must not show the job to another tenant.
 */
export function tenantOf(event: EngineEvent): string {
  const { tenantId } = (event.data ?? {}) as { readonly tenantId?: unknown }
  return typeof tenantId === 'string' && tenantId !== '' ? tenantId : toEnvelope(event, event.internal_id).tenantId
}
