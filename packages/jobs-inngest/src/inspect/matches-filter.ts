import type { JobStatus } from '@cgk-platform/jobs-core'
import { endsWithin } from '@cgk-platform/jobs-core/hosted'
import type { InspectFilter } from '@cgk-platform/jobs-core/provider'

import type { EngineEvent } from '../api/engine-shapes.ts'
import { tenantOf } from '../read/tenant-of.ts'
import { fromSignalEventName, isOfSignal } from '../wire/signal-event-name.ts'
import { toEnvelope } from '../wire/to-envelope.ts'

/** Returns true if an event is a job that matches the conditions of a filter that concern the send. */
export function matchesSend(
  event: EngineEvent,
  { event: wanted, tenantId, reference, since, until }: InspectFilter,
): boolean {
  const ofTenant = tenantOf(event)
  // Inngest's own events and events without a tenant are no jobs.
  if (event.name.startsWith('inngest/') || ofTenant === '') return false
  if (tenantId !== undefined && ofTenant !== tenantId) return false
  if (isOfSignal(wanted) && fromSignalEventName(event.name) !== wanted) return false
  const { references = [], sentAt } = toEnvelope(event, event.internal_id)
  if (reference !== undefined && !references.includes(reference)) return false
  return (since === undefined || sentAt >= since) && (until === undefined || sentAt < until)
}

/** Returns true if a job matches the conditions of a filter that concern its runs. */
export function matchesRuns(job: JobStatus, filter: InspectFilter): boolean {
  const { state, runs } = job
  const { states, definitionId, errorText } = filter
  if (states && !states.includes(state)) return false
  if (definitionId !== undefined && !runs.some((run) => run.definitionId === definitionId)) return false
  if (!endsWithin(job, filter)) return false
  if (errorText === undefined) return true
  const text = lowerCase(errorText)
  return runs.some(({ error }) => error && [error.name, error.message].some((each) => lowerCase(each).includes(text)))
}

/** Returns true if a filter has a condition that concerns the ends of runs. */
export function isByEnd({ endedSince, endedUntil }: InspectFilter): boolean {
  return endedSince !== undefined || endedUntil !== undefined
}

/** Converts ASCII letters only, so that every engine finds the same. */
function lowerCase(text: string): string {
  return text.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase())
}
