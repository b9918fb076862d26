import type { JobState, JobSummary } from '@cgk-platform/jobs-core'
import type { InspectQuery } from '@cgk-platform/jobs-core/provider'

import type { EnginePage, EngineRun, EngineRunStatus } from '../api/engine-shapes.ts'
import { readRunsOf } from '../read/read-runs-of.ts'
import { toEventName } from '../wire/cron-event-name.ts'
import { toFunctionId } from '../wire/function-id.ts'
import type { InspectionDependencies } from './inspection-dependencies.ts'
import type { ListedJobs } from './list-by-events.ts'
import type { ListPosition } from './list-cursor.ts'
import { matchesRuns, matchesSend } from './matches-filter.ts'
import { readEventsOf } from './read-events-of.ts'
import { summarize } from './summarize.ts'
import { toRangeTimes } from './to-range-times.ts'

/** Maximum number of jobs of a page. A response of Inngest has up to 100 runs, but their events take more requests. */
const maxJobs = 50

/** The statuses of which a job in a state has a run, if it has any. */
const statusesOf: Readonly<Record<JobState, readonly EngineRunStatus[]>> = {
  scheduled: ['QUEUED'],
  queued: ['QUEUED'],
  running: ['RUNNING'],
  retrying: ['RUNNING'],
  completed: ['COMPLETED'],
  failed: ['FAILED'],
  cancelled: ['CANCELLED'],
  expired: [],
  superseded: [],
}
/** The statuses of runs that can have an error. */
const failing: readonly EngineRunStatus[] = ['FAILED', 'RUNNING', 'CANCELLED']
/** The states that a job without runs can have. */
const unstartedStates: readonly JobState[] = ['scheduled', 'queued', 'failed', 'completed']

/** Returns true if jobs without runs can match a query: new ones, lost ones, and those that no definition handles. */
export function hasUnstarted({ states = unstartedStates, definitionId, errorText }: InspectQuery): boolean {
  if (errorText !== undefined) return states.includes('failed')
  // A job that no definition handles is completed. It belongs to no definition.
  return states.some((state) => unstartedStates.includes(state) && (state !== 'completed' || definitionId === undefined))
}

/**
 * Lists jobs by those of their runs that match a query. A job with several of them is listed by the oldest, so that no
 * page repeats it.
 */
export async function listByRuns(
  query: InspectQuery,
  { cursor }: Extract<ListPosition, { mode: 'runs' }>,
  inspected: InspectionDependencies,
): Promise<ListedJobs> {
  const { api, reader } = inspected
  const statuses = statusesFor(query)
  if (statuses?.length === 0) return { jobs: [] }
  const apps = await appsOf(query.definitionId, inspected)
  const range = toRangeTimes(query, api.offsetMs())
  const page = await api.get<EnginePage<EngineRun>>('list the runs', '/v2/runs', {
    ...{ includeOutput: 'true', limit: Math.min(query.limit, maxJobs), cursor, ...range },
    order: query.order === 'oldest' ? 'ASC' : 'DESC',
    status: statuses,
    ...(apps && { appId: apps.appIds, functionId: apps.functionId }),
  })
  const listed = page?.data ?? []
  const events = await readEventsOf(listed.map(eventIdOf), api, reader)
  const matching = [...events.values()].filter((event) => matchesSend(event, query) && isOfEvent(event.name))
  const runsOf = await readRunsOf(matching, inspected, { known: listed })
  const isListed = (run: EngineRun): boolean =>
    (statuses?.includes(run.status) ?? true) &&
    (!apps || (run.function.id === apps.functionId && apps.appIds.includes(run.app.id)))
  const jobs: JobSummary[] = []
  for (const run of listed) {
    const event = matching.find(({ internal_id: id }) => id === eventIdOf(run))
    const runs = event ? runsOf(event) : []
    if (!event || runs.find(isListed)?.id !== run.id) continue
    const read = await summarize(event, runs, inspected)
    if (read && matchesRuns(read.status, query)) jobs.push(read.summary)
  }
  const next = page?.page?.hasMore ? page.page.cursor : undefined
  return { jobs, next: next === undefined ? undefined : { mode: 'runs', cursor: next } }

  function isOfEvent(name: string): boolean {
    return query.event === undefined || name === toEventName(query.event, inspected.appId)
  }
}

function eventIdOf({ trigger }: EngineRun): string {
  return trigger?.eventIds?.[0] ?? ''
}

/** Returns the statuses of the runs by which jobs are listed, or `undefined` for all. */
function statusesFor({ states, errorText, until }: InspectQuery): readonly EngineRunStatus[] | undefined {
  if (!states && errorText === undefined) return undefined
  const statuses = states ? states.flatMap((state) => statusesOf[state]) : failing
  // A job that was retried after `until` has only a failed run before it.
  const retried: readonly EngineRunStatus[] = until === undefined || statuses.length === 0 ? [] : ['FAILED']
  return [...new Set([...statuses, ...retried])]
}

/** Returns the function of a definition, and the apps that may have it. */
async function appsOf(
  definitionId: string | undefined,
  { appId, subscriptions }: InspectionDependencies,
): Promise<{ readonly appIds: readonly string[]; readonly functionId: string } | undefined> {
  if (definitionId === undefined) return undefined
  // The definition of another app that shares its id has the app's id as a prefix.
  const separator = definitionId.lastIndexOf(':')
  const functionId = toFunctionId(definitionId.slice(separator + 1))
  if (separator >= 0) return { appIds: [definitionId.slice(0, separator)], functionId }
  const registered = await subscriptions.allIfKnown()
  const others = registered.filter((one) => one.functionId === functionId).map((one) => one.appId)
  return { appIds: [...new Set([appId, ...others])], functionId }
}
