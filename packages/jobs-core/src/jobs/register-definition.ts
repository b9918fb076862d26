import type { StandardSchemaV1 } from '@standard-schema/spec'

import type { CallSite } from '../runtime/call-site.ts'
import { ownEvents } from '../events/event-registry.ts'
import type { EventDefinition } from './definition.ts'
import { processJobs } from './job-registry.ts'

/**
 * Registers a job or a workflow, and declares its own event if it has `payload`. If an engine rejects the definition,
 * neither changes.
 *
 * @param site - the location of the definition in code
 */
export function registerDefinition(definition: EventDefinition, site: CallSite): void {
  const { event, payload: schema } = definition as EventDefinition & { readonly payload?: StandardSchemaV1 }
  if (schema === undefined) return processJobs().register(definition, site)
  const events = ownEvents()
  const known = events.get(event)
  // First, because an engine may start the job's waiting runs at once.
  events.set(event, { schema, declaredAt: site })
  try {
    processJobs().register(definition, site)
  } catch (error) {
    if (known) events.set(event, known)
    else events.delete(event)
    throw error
  }
}
