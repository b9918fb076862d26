import type { JobSummaryPage } from '@cgk-platform/jobs-core'
import type { InspectQuery } from '@cgk-platform/jobs-core/provider'

import type { InspectionDependencies } from './inspection-dependencies.ts'
import { readListCursor, toListCursor } from './list-cursor.ts'
import { listByEvents } from './list-by-events.ts'
import { hasUnstarted, listByRuns } from './list-by-runs.ts'

/**
 * Lists jobs. Inngest lists events newest first, by name and time, and runs in both orders, also by function and status.
 * So a query that needs one of these reads runs. Jobs without runs that match it come last.
 */
export async function listSummaries(query: InspectQuery, inspected: InspectionDependencies): Promise<JobSummaryPage> {
  const isOfRuns = query.order === 'oldest' || (query.states ?? query.definitionId ?? query.errorText) !== undefined
  const position = readListCursor(query.cursor, isOfRuns ? 'runs' : 'events')
  if (position.mode !== 'runs') {
    const { jobs, next } = await listByEvents(query, position, inspected)
    return { jobs, ...(next && { cursor: toListCursor(next) }) }
  }
  const { jobs, next } = await listByRuns(query, position, inspected)
  if (next) return { jobs, cursor: toListCursor(next) }
  if (!hasUnstarted(query)) return { jobs }
  if (jobs.length >= query.limit) return { jobs, cursor: toListCursor({ mode: 'unstarted' }) }
  const limit = query.limit - jobs.length
  const rest = await listByEvents({ ...query, limit }, { mode: 'unstarted' }, inspected)
  return { jobs: [...jobs, ...rest.jobs], ...(rest.next && { cursor: toListCursor(rest.next) }) }
}
