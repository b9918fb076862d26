import type { StandardSchemaV1 } from '@standard-schema/spec'

import type { CallSite } from '../runtime/call-site.ts'
import { ownEvents, type RegisteredEvent, requireEvent } from '../events/event-registry.ts'
import { ownEventOf } from '../events/own-event.ts'
import type { EventDefinition } from './definition.ts'
import { processJobs } from './job-registry.ts'

/**
 * Registers a job or a workflow, and declares its own event. If an engine rejects the definition, neither changes.
 *
 * @param site - the location of the definition in code
 */
export function registerDefinition(definition: EventDefinition, site: CallSite): void {
  const event = ownEventOf(definition.id)
  const events = ownEvents()
  const known = events.get(event)
  // First, because an engine may start the job's waiting runs at once.
  events.set(event, ownEventIn(definition, site))
  try {
    processJobs().register(definition, site)
  } catch (error) {
    if (known) events.set(event, known)
    else events.delete(event)
    throw error
  }
}

function ownEventIn(definition: EventDefinition, declaredAt: CallSite): RegisteredEvent {
  const { event, payload } = definition as EventDefinition & { readonly payload?: StandardSchemaV1 }
  if (payload) return { schema: payload, declaredAt }
  return {
    // Not read now, because hot reload may declare the event again.
    get schema() {
      return requireEvent(event).schema
    },
    declaredAt,
    isUnlisted: true,
  }
}
