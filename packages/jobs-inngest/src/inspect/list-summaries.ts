import type { JobSummaryPage } from '@cgk-platform/jobs-core/inspect'
import type { InspectQuery } from '@cgk-platform/jobs-core/provider'

import type { InspectionDependencies } from './inspection-dependencies.ts'
import { readListCursor, toListCursor } from './list-cursor.ts'
import { type ListedJobs, listByEvents } from './list-by-events.ts'
import { hasUnstarted, listByRuns } from './list-by-runs.ts'
import { isByEnd } from './matches-filter.ts'

/**
 * Lists jobs. Inngest lists events newest first, by name and time, and runs in both orders, also by function and status.
 * So a query that needs one of these reads runs. Jobs without runs that match it come last.
 */
export async function listSummaries(query: InspectQuery, inspected: InspectionDependencies): Promise<JobSummaryPage> {
  const { order, states, definitionId, errorText } = query
  const isOfRuns = order === 'oldest' || (states ?? definitionId ?? errorText) !== undefined || isByEnd(query)
  const position = readListCursor(query.cursor, isOfRuns ? 'runs' : 'events')
  if (position.mode !== 'runs') return toPage(await listByEvents(query, position, inspected), inspected)
  const listed = await listByRuns(query, position, inspected)
  const { jobs, next } = listed
  if (next || !hasUnstarted(query)) return toPage(listed, inspected)
  if (jobs.length >= query.limit) return toPage({ jobs, next: { mode: 'unstarted' } }, inspected)
  const limit = query.limit - jobs.length
  const rest = await listByEvents({ ...query, limit }, { mode: 'unstarted' }, inspected)
  return toPage({ ...rest, jobs: [...jobs, ...rest.jobs] }, inspected)
}

function toPage({ jobs, next, reachedAt }: ListedJobs, { api }: InspectionDependencies): JobSummaryPage {
  if (!next) return { jobs }
  const searchedTo = reachedAt === undefined ? undefined : new Date(reachedAt - api.offsetMs())
  return { jobs, cursor: toListCursor(next), ...(searchedTo && { searchedTo }) }
}
