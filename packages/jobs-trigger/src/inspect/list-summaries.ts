import type { JobStatus } from '@cgk-platform/jobs-core'
import type { JobSummary, JobSummaryPage } from '@cgk-platform/jobs-core/inspect'
import { endsWithin } from '@cgk-platform/jobs-core/hosted'
import type { InspectQuery, JobRegistry } from '@cgk-platform/jobs-core/provider'

import type { EngineRun, ListedRun } from '../api/engine-shapes.ts'
import type { RunsPage, TriggerApi } from '../api/trigger-api.ts'
import { isRestarted } from '../read/newest-run.ts'
import { toJobStatus } from '../read/to-job-status.ts'
import { isAttemptRecord, readRecord } from '../wire/run-record.ts'
import { readSentRecord } from '../wire/sent-record.ts'
import { jobsTag, jobsTagOf, jobTagOf, referenceTag, retryRunIds } from '../wire/tags.ts'
import { eventOfTask } from '../wire/task-id.ts'
import { dispatchedBy, groupRuns, toEngineRun } from './group-runs.ts'
import { byNewest, decodePosition, encodePosition, isBehind, type ListPosition } from './list-position.ts'
import { maxPageSize, toListRequest } from './list-request.ts'
import { toSummary } from './to-summary.ts'

/** The services that a list needs. */
export interface ListDependencies {
  readonly api: TriggerApi
  /** The definitions known here, or `undefined` if there are none. */
  readonly jobs: JobRegistry | undefined
}

/**
 * Lists jobs with at most two requests: the event runs of a page, and the runs that these started. The states of jobs
 * follow from the second one, so jobs are filtered by state here.
 */
export async function listSummaries(query: InspectQuery, { api, jobs }: ListDependencies): Promise<JobSummaryPage> {
  const position = decodePosition(query.cursor)
  const request = toListRequest(query, position, jobs)
  if (!request) return { jobs: [] }
  const page = await api.list('list the jobs', request)
  const rows = page.runs.filter((run) => isBehind(position, run)).toSorted(byNewest)
  const known = await readStarted({ ...page, runs: rows }, query, api)
  const found: JobSummary[] = []
  let end = 0
  for (; end < known.length && found.length < query.limit; end++) {
    const root = known[end]!.root
    if (!root) continue
    const runs = groupRuns(root, known[end]!.started)
    const status = toJobStatus(runs, { jobs })
    if (matches(status, query)) found.push(toSummary(status, runs))
  }
  const cursor = cursorAfter({ rows, end, next: page.next, position })
  const searchedTo = rows[end - 1]?.createdAt
  return { jobs: found, ...(cursor !== undefined && { cursor, ...(searchedTo && { searchedTo }) }) }
}

/** A listed run with those that it started, or without `root` if it is no job of the query. */
interface ListedJob {
  readonly root?: EngineRun
  readonly started: RunsPage
}

/** Reads the runs that the first rows started: of as many rows as fit into one page of runs, at least one. */
async function readStarted(page: RunsPage, query: InspectQuery, api: TriggerApi): Promise<ListedJob[]> {
  const roots = page.runs.map((row) => (isJobOf(row, query) ? toRoot(row, page.readAt) : undefined))
  const counts = roots.map((root) => (root ? expectedRuns(root) : 0))
  let total = 0
  const tooMany = counts.findIndex((count, index) => (total += count) > maxPageSize && index > 0)
  const first = tooMany === -1 ? roots : roots.slice(0, tooMany)
  const starting = first.filter((root, index) => root && counts[index]! > 0).map((root) => root!)
  if (starting.length === 0)
    return first.map((root) => ({ ...(root && { root }), started: { runs: [], readAt: page.readAt } }))
  const started = await api.list('list the runs of the jobs', {
    tag: starting.map(({ id }) => jobTagOf(id)),
    from: starting.at(-1)!.createdAt,
    limit: maxPageSize,
  })
  // If there are more runs than expected, the list has all runs of the jobs that are younger than its oldest run.
  const oldest = started.next === undefined ? undefined : started.runs.toSorted(byNewest).at(-1)
  const incomplete = oldest
    ? first.findIndex((root, index) => index > 0 && counts[index]! > 0 && root && byNewest(root, oldest) > 0)
    : -1
  const complete = incomplete === -1 ? first : first.slice(0, incomplete)
  return complete.map((root) => ({ ...(root && { root }), started }))
}

/** Returns true if a listed run represents a job that may match. */
function isJobOf({ taskIdentifier, tags, metadata }: ListedRun, query: InspectQuery): boolean {
  const { tenantId, reference, since = 0, until = Infinity } = query
  const sent = readSentRecord(metadata)
  return (
    sent !== undefined &&
    eventOfTask(taskIdentifier) !== undefined &&
    // Trigger.dev finds runs with any of several tags. Other tenants may use the same reference.
    tags.includes(tenantId === undefined ? jobsTag : jobsTagOf(tenantId)) &&
    (tenantId === undefined || sent.tenantId === tenantId) &&
    (reference === undefined ||
      (tags.includes(referenceTag(reference)) && sent.references?.includes(reference) === true)) &&
    sent.at >= since &&
    sent.at < until
  )
}

/** Converts a listed run that represents a job, with the part of its payload that its status needs. */
function toRoot(run: ListedRun, readAt: Date): EngineRun {
  const { tenantId, at: sentAt, references } = readSentRecord(run.metadata)!
  const event = eventOfTask(run.taskIdentifier)!
  const runAt = run.delayedUntil?.getTime()
  const envelope = { v: 1, id: run.id, event, tenantId, payload: null, sentAt, references, runAt }
  return toEngineRun(run, readAt, { envelope })
}

/** Returns how many runs an event's run has probably started: 0 only if it has certainly started none. */
function expectedRuns(run: EngineRun): number {
  const retries = retryRunIds(run.tags).length
  const dispatched = dispatchedBy(run)
  if (isRestarted(run)) return 2
  const isSure = dispatched !== undefined || isAttemptRecord(readRecord(run.metadata)) || run.startedAt === undefined
  const started = isSure ? Object.keys(dispatched ?? {}).length : 3
  return started + retries * (1 + Math.max(1, started))
}

/** Returns true for a job that passes the filters which Trigger.dev lacks. */
function matches(job: JobStatus, filter: InspectQuery): boolean {
  const { state, runs } = job
  const { states, definitionId } = filter
  if (states && !states.includes(state)) return false
  if (!endsWithin(job, filter)) return false
  return definitionId === undefined || runs.some((run) => run.definitionId === definitionId)
}

interface PageEnd {
  readonly rows: readonly ListedRun[]
  /** Number of rows that were looked at. */
  readonly end: number
  readonly next: string | undefined
  readonly position: ListPosition
}

function cursorAfter({ rows, end, next, position: { last } }: PageEnd): string | undefined {
  const row = rows[end - 1]
  if (row && end < rows.length) return encodePosition({ last: { at: row.createdAt.getTime(), id: row.id } })
  return next === undefined ? undefined : encodePosition({ after: next, ...(last && { last }) })
}
