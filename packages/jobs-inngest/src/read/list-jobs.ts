import type { JobPage, JobState, JobStatus } from '@cgk-platform/jobs-core'
import { InvalidOptionError } from '@cgk-platform/jobs-core/errors'
import type { Clock, ListQuery } from '@cgk-platform/jobs-core/provider'

import type { EngineApi } from '../api/engine-api.ts'
import type { EngineEvent, EngineRun } from '../api/engine-shapes.ts'
import { toEnvelope } from '../wire/to-envelope.ts'
import { fromSignalEventName, isOfSignal } from '../wire/signal-event-name.ts'
import { isEventId } from '../wire/event-id.ts'
import { earliestEvent } from './earliest-event.ts'
import type { JobReader } from './job-reader.ts'
import { readRunsOf, type RunsOfDependencies } from './read-runs-of.ts'
import { tenantOf } from './tenant-of.ts'
import { toListedState } from './to-listed-state.ts'

/** The maximum number of events in a response of Inngest. */
const pageSize = 50
/** Maximum number of pages of events read for a page of jobs. After them, the jobs that were found have a cursor. */
const maxPages = 20

/** The services that listing needs. */
export interface ListDependencies extends RunsOfDependencies {
  readonly clock: Clock
  readonly reader: JobReader
  readonly appId: string
}

/**
 * Lists events and reads the jobs that match. Inngest filters by event name only. Tenant, reference and state are filtered
 * here, so a page can have fewer jobs than requested and still a cursor.
 */
export async function listJobs(query: ListQuery, dependencies: ListDependencies): Promise<JobPage> {
  if (query.cursor !== undefined && !isEventId(query.cursor)) {
    const problem = 'was not returned by `listJobs`'
    throw new InvalidOptionError({
      option: 'cursor',
      problem,
      remedy: 'Pass the `cursor` of the previous page unchanged.',
    })
  }
  const { api, reader } = dependencies
  const jobs: JobStatus[] = []
  const seen = new Set<string>()
  let cursor = query.cursor
  for (let page = 0; page < maxPages; page++) {
    const events = await readEvents(query, cursor, api)
    const ofQuery = events.filter((event) => isJob(event, query) && isNew(event.internal_id, seen))
    // With a state, each of them can be the next job.
    const wanted = query.state === undefined ? ofQuery.slice(0, query.limit - jobs.length) : ofQuery
    const runsOf = await readRunsOf(wanted, dependencies, { areNewest: cursor === undefined })
    const inState = await filterByState(wanted, runsOf, query.state, dependencies)
    const matching = inState.slice(0, query.limit - jobs.length)
    const read = await Promise.all(matching.map((event) => reader.ofEvent(event, runsOf(event))))
    jobs.push(...read.flatMap((status) => (status && isInState(status, query.state) ? [status] : [])))
    const last = matching.at(-1)
    if (matching.length < inState.length || wanted.length < ofQuery.length)
      return { jobs, ...(last && { cursor: last.internal_id }) }
    if (events.length < pageSize) return { jobs }
    cursor = events.at(-1)!.internal_id
    if (jobs.length >= query.limit) return { jobs, cursor }
  }
  return cursor === undefined ? { jobs } : { jobs, cursor }
}

function isInState({ state }: JobStatus, wanted: JobState | undefined): boolean {
  return wanted === undefined || state === wanted
}

/** Returns the events whose jobs are in a state, by their runs alone: a complete status takes more requests. */
async function filterByState(
  events: readonly EngineEvent[],
  runsOf: (event: EngineEvent) => readonly EngineRun[],
  wanted: JobState | undefined,
  { handlers, api, clock, appId }: ListDependencies,
): Promise<readonly EngineEvent[]> {
  if (wanted === undefined) return events
  const states = await Promise.all(
    events.map(async (event) => {
      const runs = runsOf(event)
      const subscribed = await handlers.of(event, runs)
      return toListedState({ event, runs, subscribed, appId, now: clock.now(), offsetMs: api.offsetMs() })
    }),
  )
  return events.filter((_, index) => states[index] === wanted)
}

async function readEvents(query: ListQuery, cursor: string | undefined, api: EngineApi): Promise<EngineEvent[]> {
  const page = await api.get<{ data?: EngineEvent[] | null }>('list the jobs', '/v1/events', {
    limit: pageSize,
    name: isOfSignal(query.event) ? undefined : query.event,
    cursor,
    received_after: earliestEvent,
  })
  return page?.data ?? []
}

/**
 * Returns true if an event is a job of the queried tenant and reference. Inngest's own events and events without a tenant are not
 * jobs.
 */
function isJob(event: EngineEvent, { event: wanted, tenantId, reference }: ListQuery): boolean {
  const ofTenant = tenantOf(event)
  if (event.name.startsWith('inngest/') || ofTenant === '') return false
  if (tenantId !== undefined && ofTenant !== tenantId) return false
  if (isOfSignal(wanted) && fromSignalEventName(event.name) !== wanted) return false
  return reference === undefined || toEnvelope(event, event.internal_id).references?.includes(reference) === true
}

function isNew(id: string, seen: Set<string>): boolean {
  return !seen.has(id) && seen.add(id).has(id)
}
