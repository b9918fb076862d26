import type { AwaitedEvent } from '@cgk-platform/jobs-core/provider'

import type { IncomingEvent } from './inngest-event.ts'
import { toEnvelope } from './to-envelope.ts'

/** The event that answered a wait as the code is told of it; nothing for a wait that timed out. */
export function toAwaited(data: unknown): AwaitedEvent | null {
  if (typeof data !== 'object' || data === null || !('name' in data)) return null
  const event = data as IncomingEvent
  const { id, payload, sentAt } = toEnvelope(event, event.id ?? '')
  return { id, payload, sentAt }
}
