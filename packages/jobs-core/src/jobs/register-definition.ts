import type { StandardSchemaV1 } from '@standard-schema/spec'

import type { CallSite } from '../runtime/call-site.ts'
import type { EventRegistry, RegisteredEvent } from '../events/event-registry.ts'
import { ownEventOf } from '../events/own-event.ts'
import type { EventDefinition } from './definition.ts'
import { setEventRegistry } from './event-registry-of.ts'
import type { JobRegistry } from './job-registry.ts'

/**
 * Registers a job or a workflow, and declares its own event. If an engine rejects the definition, neither changes.
 *
 * @param site - the location of the definition in code
 */
export function registerDefinition(jobs: JobRegistry, definition: EventDefinition, site: CallSite): void {
  const event = ownEventOf(definition.id)
  const { own } = jobs.events
  const known = own.get(event)
  setEventRegistry(definition, jobs.events)
  // First, because an engine may start the job's waiting runs at once.
  own.set(event, ownEventIn(jobs.events, definition, site))
  try {
    jobs.register(definition, site)
  } catch (error) {
    if (known) own.set(event, known)
    else own.delete(event)
    throw error
  }
}

function ownEventIn(events: EventRegistry, definition: EventDefinition, declaredAt: CallSite): RegisteredEvent {
  const { event, payload } = definition as EventDefinition & { readonly payload?: StandardSchemaV1 }
  if (payload) return { schema: payload, declaredAt }
  return {
    // Not read now, because hot reload may declare the event again.
    get schema() {
      return events.require(event).schema
    },
    declaredAt,
    isUnlisted: true,
  }
}
