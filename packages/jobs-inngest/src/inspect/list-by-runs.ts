import type { JobState } from '@cgk-platform/jobs-core'
import type { JobSummary } from '@cgk-platform/jobs-core/inspect'
import type { InspectQuery } from '@cgk-platform/jobs-core/provider'

import type { EngineEvent, EnginePage, EngineRun, EngineRunStatus } from '../api/engine-shapes.ts'
import { queuedAtOf, readRunsOf } from '../read/read-runs-of.ts'
import { toEventName } from '../wire/cron-event-name.ts'
import { timeOfId } from '../wire/event-id.ts'
import { toFunctionId } from '../wire/function-id.ts'
import type { InspectionDependencies } from './inspection-dependencies.ts'
import type { ListedJobs } from './list-by-events.ts'
import type { ListPosition } from './list-cursor.ts'
import { isByEnd, matchesRuns, matchesSend } from './matches-filter.ts'
import { readEventsOf } from './read-events-of.ts'
import { summarize } from './summarize.ts'
import { toRangeTimes } from './to-range-times.ts'

/** Number of runs of a page. A response of Inngest has up to 100, but their events take more requests. */
const pageSize = 50

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
  unhandled: [],
}
/** The statuses of runs that can have an error. */
const failing: readonly EngineRunStatus[] = ['FAILED', 'RUNNING', 'CANCELLED']
/** The statuses of runs whose ends a list tells. */
const ending: readonly EngineRunStatus[] = ['COMPLETED', 'FAILED']
/** The states that a job without runs can have. */
const unstartedStates: readonly JobState[] = ['scheduled', 'queued', 'failed', 'completed', 'unhandled']

/** Returns true if jobs without runs can match a query: new ones, lost ones, and those that no definition handles. */
export function hasUnstarted({ states = unstartedStates, definitionId, errorText }: InspectQuery): boolean {
  // Only a lost job has a definition, and an error.
  if (errorText !== undefined || definitionId !== undefined) return states.includes('failed')
  return states.some((state) => unstartedStates.includes(state))
}

/**
 * Lists jobs by those of their runs that match a query. A job with several of them is listed by the oldest, so that no
 * page repeats it.
 */
export async function listByRuns(
  query: InspectQuery,
  position: Extract<ListPosition, { mode: 'runs' }>,
  inspected: InspectionDependencies,
): Promise<ListedJobs> {
  const { api, reader, appId } = inspected
  const statuses = statusesFor(query)
  if (statuses?.length === 0) return { jobs: [] }
  const apps = await appsOf(query.definitionId, inspected)
  const page = await api.get<EnginePage<EngineRun>>('list the runs', '/v2/runs', {
    ...{ includeOutput: 'true', limit: pageSize, cursor: position.cursor, ...toRangeTimes(query, api.offsetMs()) },
    order: query.order === 'oldest' ? 'ASC' : 'DESC',
    status: statuses,
    ...(apps && { appId: apps.appIds, functionId: apps.functionId }),
  })
  const listed = runsAfter(position.afterRun, page?.data ?? [], query.order)
  const events = await readEventsOf(listed.map(eventIdOf), api, reader)
  const isWanted = (event: EngineEvent | undefined): boolean =>
    event !== undefined &&
    matchesSend(event, query) &&
    (query.event === undefined || event.name === toEventName(query.event, appId))
  const candidates = listed.filter((run) => isWanted(events.get(eventIdOf(run))))
  const isListed = (run: EngineRun): boolean =>
    (statuses?.includes(run.status) ?? true) &&
    (!apps || (run.function.id === apps.functionId && apps.appIds.includes(run.app.id)))

  const jobs: JobSummary[] = []
  for (let from = 0; from < candidates.length; from += query.limit) {
    const part = candidates.slice(from, from + query.limit)
    const ofPart = [...new Set(part.map((run) => events.get(eventIdOf(run))!))]
    const runsOf = await readRunsOf(ofPart, inspected, { known: listed })
    for (const run of part) {
      const event = events.get(eventIdOf(run))!
      const runs = runsOf(event)
      if (runs.find(isListed)?.id !== run.id) continue
      const read = await summarize(event, runs, inspected)
      if (!read || !matchesRuns(read.status, query)) continue
      jobs.push(read.summary)
      if (jobs.length >= query.limit && run !== candidates.at(-1))
        return { jobs, next: { ...position, afterRun: run.id }, reachedAt: queuedAtOf(run) }
    }
  }
  const next = page?.page?.hasMore ? page.page.cursor : undefined
  if (next === undefined) return { jobs }
  // If newer runs have moved a run to a later page, this one has none of the runs after it.
  const { afterRun } = position
  const isPassed = listed.length > 0 || page!.data?.some(({ id }) => id === afterRun)
  const last = page!.data?.at(-1)
  return {
    jobs,
    next: { mode: 'runs', cursor: next, ...(!isPassed && { afterRun }) },
    reachedAt: isPassed ? last && queuedAtOf(last) : timeOfId(afterRun ?? ''),
  }
}

/** Returns the runs after a run in the order of a list. */
function runsAfter(
  id: string | undefined,
  runs: readonly EngineRun[],
  order: InspectQuery['order'],
): readonly EngineRun[] {
  if (id === undefined) return runs
  const index = runs.findIndex((run) => run.id === id)
  if (index >= 0) return runs.slice(index + 1)
  // It has left the list, or newer runs have moved it to a later page.
  const time = timeOfId(id)!
  const sign = order === 'oldest' ? 1 : -1
  return runs.filter((run) => sign * (queuedAtOf(run) - time) > 0 || (queuedAtOf(run) === time && run.id > id))
}

function eventIdOf({ trigger }: EngineRun): string {
  return trigger?.eventIds?.[0] ?? ''
}

/** Returns the statuses of the runs by which jobs are listed, or `undefined` for all. */
function statusesFor(query: InspectQuery): readonly EngineRunStatus[] | undefined {
  const { states, errorText, until } = query
  if (!states && errorText === undefined && !isByEnd(query)) return undefined
  const withoutStates = errorText === undefined ? ending : failing
  const statuses = states ? states.flatMap((state) => statusesOf[state]) : withoutStates
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
