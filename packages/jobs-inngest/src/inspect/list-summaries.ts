import type { JobSummary, JobSummaryPage } from '@cgk-platform/jobs-core'
import type { InspectQuery } from '@cgk-platform/jobs-core/provider'

import type { EngineEvent } from '../api/engine-shapes.ts'
import { earliestEvent } from '../read/earliest-event.ts'
import { toEventName } from '../wire/cron-event-name.ts'
import type { InspectionDependencies } from './inspection-dependencies.ts'
import { type ListPosition, readListCursor, type RunsMode, toListCursor } from './list-cursor.ts'
import { matchesRuns, matchesSend } from './matches-filter.ts'
import { type KnownRuns, readRunsOfPage } from './read-runs-of-page.ts'
import { toJobSummary, toListedStatus } from './to-job-summary.ts'

/** Maximum number of events in a response of Inngest. */
const pageSize = 50
/** Maximum time between the send of an event and its receipt that a time range allows for. */
const receiptMs = 60_000

/**
 * Lists jobs with two requests: one for events, one for runs. A page ends before the first job whose runs the second
 * request does not tell, and its cursor says how the next page reads them.
 */
export async function listSummaries(query: InspectQuery, inspected: InspectionDependencies): Promise<JobSummaryPage> {
  const { api, clock, appId, registered } = inspected
  const position = readListCursor(query.cursor)
  const events = await readEvents(query, position, inspected)
  const end = events.length < pageSize ? undefined : events.at(-1)!.internal_id
  const matching = events.filter((event, index) => isFirst(event, index, events) && matchesSend(event, query))
  if (matching.length === 0) return pageOf([], end && { mode: laterModes[position.mode], after: end })

  const runsOf = await readRunsOfPage(matching, position.mode, api)
  const jobs: JobSummary[] = []
  for (const [index, event] of matching.entries()) {
    const runs = runsOf(event)
    if (typeof runs === 'string')
      return pageOf(jobs, { mode: modeFor(runs, position.mode, index), after: before(event) })
    const subscribed = registered(event.name)
    const status = toListedStatus({
      ...{ event, runs, subscribed, appId, now: clock.now(), offsetMs: api.offsetMs() },
    })
    if (!matchesRuns(status, query)) continue
    jobs.push(toJobSummary(status, runs))
    const isLast = end === undefined && index === matching.length - 1
    if (jobs.length < query.limit || isLast) continue
    return pageOf(jobs, { mode: laterModes[position.mode], after: event.internal_id })
  }
  return pageOf(jobs, end && { mode: laterModes[position.mode], after: end })

  function before({ internal_id: id }: EngineEvent): string | undefined {
    const index = events.findIndex((each) => each.internal_id === id)
    return index === 0 ? position.after : events[index - 1]!.internal_id
  }
}

/** The mode after a page whose jobs were all known. */
const laterModes: Readonly<Record<RunsMode, RunsMode>> = { newest: 'newest', past: 'past', single: 'past' }

/** Returns the mode that reads the next job, which this mode did not tell. */
function modeFor(why: Extract<KnownRuns, string>, mode: RunsMode, index: number): RunsMode {
  if (why === 'possibly retried') return 'single'
  return mode === 'past' && index === 0 ? 'single' : 'past'
}

async function readEvents(
  { event, since, until }: InspectQuery,
  { after }: ListPosition,
  { api, appId }: InspectionDependencies,
): Promise<readonly EngineEvent[]> {
  const page = await api.get<{ data?: EngineEvent[] | null }>('list the jobs', '/v1/events', {
    limit: pageSize,
    name: event === undefined ? undefined : toEventName(event, appId),
    cursor: after,
    received_after: since === undefined ? earliestEvent : toTime(since + api.offsetMs() - receiptMs),
    received_before: until === undefined ? undefined : toTime(until + api.offsetMs() + receiptMs),
  })
  return page?.data ?? []
}

/** The last time that Inngest can read: years have four digits. */
const lastTimeMs = Date.UTC(9999, 11, 31)

function toTime(ms: number): string {
  return new Date(Math.min(Math.max(0, ms), lastTimeMs)).toISOString()
}

/** Returns false if an event was sent twice with the same id and this is not the first. */
function isFirst({ internal_id: id }: EngineEvent, index: number, events: readonly EngineEvent[]): boolean {
  return events.findIndex((each) => each.internal_id === id) === index
}

function pageOf(jobs: readonly JobSummary[], next: ListPosition | undefined | ''): JobSummaryPage {
  return next ? { jobs, cursor: toListCursor(next) } : { jobs }
}
