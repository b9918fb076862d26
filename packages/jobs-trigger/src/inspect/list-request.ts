import type { JobState } from '@cgk-platform/jobs-core'
import { eventsOf, type InspectQuery, type JobRegistry } from '@cgk-platform/jobs-core/provider'

import type { EngineRunStatus } from '../api/engine-shapes.ts'
import type { ListRunsQuery } from '../api/trigger-api.ts'
import { jobsTag, jobsTagOf, referenceTag } from '../wire/tags.ts'
import { eventTaskId } from '../wire/task-id.ts'
import type { ListPosition } from './list-position.ts'

/** Maximum page size of Trigger.dev. */
export const maxPageSize = 100
/** Trigger.dev filters by the time at which it created a run, the client by the sender's clock. */
const clockToleranceMs = 5000

const open: readonly EngineRunStatus[] = ['PENDING_VERSION', 'QUEUED', 'DEQUEUED', 'EXECUTING', 'WAITING']
const ended: readonly EngineRunStatus[] = ['COMPLETED', 'CANCELED', 'FAILED', 'CRASHED', 'SYSTEM_FAILURE', 'TIMED_OUT']

/** The statuses that an event's run can have while its job is in a state. The runs that it started may end later. */
const statusesOf: Readonly<Record<JobState, readonly EngineRunStatus[]>> = {
  scheduled: ['DELAYED'],
  queued: [...open, ...ended],
  running: [...open, ...ended],
  retrying: [...open, ...ended],
  completed: ended,
  failed: ended,
  cancelled: [...open, ...ended],
  expired: ['EXPIRED'],
  superseded: [],
  unhandled: ['COMPLETED'],
}

/**
 * Returns the request for the runs of a page, or `undefined` if no job can match. It finds more than the jobs of the
 * query: Trigger.dev has no filter for the rest.
 */
export function toListRequest(
  query: InspectQuery,
  { after, last }: ListPosition,
  jobs: JobRegistry | undefined,
): ListRunsQuery | undefined {
  const { tenantId, event, definitionId, reference, states, since, until, endedSince, endedUntil, limit } = query
  const status = states && [...new Set(states.flatMap((state) => statusesOf[state]))]
  if (status?.length === 0) return undefined
  const to = Math.min(until === undefined ? Infinity : until + clockToleranceMs, last?.at ?? Infinity)
  const events = event === undefined ? eventsOfDefinition(definitionId, jobs) : [event]
  const filtered = [tenantId && reference, definitionId, states, since, until, endedSince, endedUntil]
  const isExact = filtered.every((one) => one === undefined)
  return {
    tag: reference === undefined ? (tenantId === undefined ? jobsTag : jobsTagOf(tenantId)) : referenceTag(reference),
    ...(events && { taskIdentifier: events.map(eventTaskId) }),
    ...(status && { status }),
    ...(since !== undefined && { from: new Date(Math.max(1, since - clockToleranceMs)) }),
    ...(to !== Infinity && { to: new Date(to) }),
    ...(after !== undefined && { after }),
    limit: isExact ? Math.min(limit, maxPageSize) : maxPageSize,
  }
}

/** Returns the events whose jobs can have runs of a definition, or `undefined` if this process does not know it. */
function eventsOfDefinition(
  definitionId: string | undefined,
  jobs: JobRegistry | undefined,
): readonly string[] | undefined {
  const definition = definitionId === undefined ? undefined : jobs?.get(definitionId)
  return definition && eventsOf(definition)
}
