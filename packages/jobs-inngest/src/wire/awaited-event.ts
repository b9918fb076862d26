import type { AwaitedEvent } from '@cgk-platform/jobs-core/hosted'

import type { IncomingEvent } from './inngest-event.ts'
import { toEnvelope } from './to-envelope.ts'

/** Converts the event that ended a wait to what the workflow's code receives; `null` after a timeout. */
export function toAwaitedEvent(data: unknown): AwaitedEvent | null {
  if (typeof data !== 'object' || data === null || !('name' in data)) return null
  const event = data as IncomingEvent
  const { id, payload, sentAt } = toEnvelope(event, event.id ?? '')
  return { id, payload, sentAt }
}
