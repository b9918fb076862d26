import type { EngineEvent } from '../api/engine-shapes.ts'
import { toEnvelope } from '../wire/to-envelope.ts'

/**
 * The tenant whose job an event is. Where the payload names one it is that, whatever our record says: handlers and
 * Inngest's own limits go by the payload, and a record that somebody else wrote must not show it to another tenant.
 */
export function tenantOf(event: EngineEvent): string {
  const { tenantId } = (event.data ?? {}) as { readonly tenantId?: unknown }
  return typeof tenantId === 'string' && tenantId !== '' ? tenantId : toEnvelope(event, event.internal_id).tenantId
}
