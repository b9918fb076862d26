import type { JobState } from '@cgk-platform/jobs-core'
import type { JobSummary } from '@cgk-platform/jobs-core/inspect'
import type { InspectQuery } from '@cgk-platform/jobs-core/provider'

import type { EngineEvent } from '../api/engine-shapes.ts'
import { earliestEvent } from '../read/earliest-event.ts'
import { readRunsOf } from '../read/read-runs-of.ts'
import { toEventName } from '../wire/cron-event-name.ts'
import { isOfSignal } from '../wire/signal-event-name.ts'
import { timeOfId } from '../wire/event-id.ts'
import { toFunctionId } from '../wire/function-id.ts'
import type { InspectionDependencies } from './inspection-dependencies.ts'
import type { ListPosition } from './list-cursor.ts'
import { matchesRuns, matchesSend } from './matches-filter.ts'
import { summarize } from './summarize.ts'
import { toRangeTimes } from './to-range-times.ts'

/** Maximum number of events in a response of Inngest. */
const pageSize = 50

/** Jobs of one page, and where the next page starts, if there is one. */
export interface ListedJobs {
  readonly jobs: readonly JobSummary[]
  readonly next?: ListPosition | undefined
  /** The time up to which the list was read, by the engine's clock, if there is a next page and it is known. */
  readonly reachedAt?: number | undefined
}

type EventsPosition = Extract<ListPosition, { mode: 'events' | 'unstarted' }>

/** Lists jobs by their events, newest first: all, or only those without runs that match the query. */
export async function listByEvents(
  query: InspectQuery,
  { mode, after }: EventsPosition,
  inspected: InspectionDependencies,
): Promise<ListedJobs> {
  const events = await readEvents(query, after, inspected)
  const end = events.length < pageSize ? undefined : events.at(-1)!.internal_id
  const upTo = (id: string | undefined): Omit<ListedJobs, 'jobs'> =>
    id === undefined ? {} : { next: { mode, after: id }, reachedAt: timeOfId(id) }
  const matching = events.filter((event, index) => isFirst(event, index, events) && matchesSend(event, query))
  const page = mode === 'events' ? matching.slice(0, query.limit) : await filterByHandlers(matching, query, inspected)
  if (page.length === 0) return { jobs: [], ...upTo(end) }

  const isOnlyFirst = mode === 'unstarted'
  const areNewest = after === undefined && query.until === undefined && !isOnlyFirst
  const runsOf = await readRunsOf(page, inspected, { areNewest, isOnlyFirst })
  const jobs: JobSummary[] = []
  for (const [index, event] of page.entries()) {
    const runs = runsOf(event)
    if (isOnlyFirst && runs.length > 0) continue
    const read = await summarize(event, runs, inspected)
    if (!read || (isOnlyFirst && !matchesRuns(read.status, query))) continue
    jobs.push(read.summary)
    const isLast = end === undefined && index === page.length - 1
    if (isOnlyFirst && jobs.length >= query.limit && !isLast) return { jobs, ...upTo(event.internal_id) }
  }
  const isCut = mode === 'events' && page.length < matching.length
  return { jobs, ...upTo(isCut ? page.at(-1)!.internal_id : end) }
}

/** Returns the events that can match a query without runs, by the functions that handle them. */
async function filterByHandlers(
  events: readonly EngineEvent[],
  { states, definitionId, errorText }: InspectQuery,
  { handlers }: InspectionDependencies,
): Promise<readonly EngineEvent[]> {
  // Without a function that handles it, a job is unhandled. It is completed without runs if the id was sent before.
  const needsHandler =
    definitionId !== undefined || errorText !== undefined || (states && !states.some(isEndWithoutRuns))
  if (!needsHandler) return events
  const functionId = definitionId && toFunctionId(definitionId.slice(definitionId.lastIndexOf(':') + 1))
  const known = await Promise.all(events.map((event) => handlers.of(event, [])))
  return events.filter((_, index) => {
    const handling = known[index]
    return handling?.some((one) => functionId === undefined || one.functionId === functionId) ?? true
  })
}

function isEndWithoutRuns(state: JobState): boolean {
  return state === 'unhandled' || state === 'completed'
}

async function readEvents(
  query: InspectQuery,
  after: string | undefined,
  { api, appId }: InspectionDependencies,
): Promise<readonly EngineEvent[]> {
  const { from = earliestEvent, until } = toRangeTimes(query, api.offsetMs())
  const page = await api.get<{ data?: EngineEvent[] | null }>('list the jobs', '/v1/events', {
    limit: pageSize,
    name: query.event === undefined || isOfSignal(query.event) ? undefined : toEventName(query.event, appId),
    cursor: after,
    received_after: from,
    received_before: until,
  })
  return page?.data ?? []
}

/** Returns false if an event was sent twice with the same id and this is not the first. */
function isFirst({ internal_id: id }: EngineEvent, index: number, events: readonly EngineEvent[]): boolean {
  return events.findIndex((each) => each.internal_id === id) === index
}
