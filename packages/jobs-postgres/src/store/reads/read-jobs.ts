import type { ListQuery } from '@cgk-platform/jobs-core/provider'
import {
  type AttemptColumns,
  type GetOptions,
  type StepRow,
  type StoredJob,
  type StoredPage,
  toRecord,
  toStoredAttempt,
} from '@cgk-platform/jobs-local/engine'

import type { Queryable, SqlValue } from '../../database/database.ts'
import { type JobRow, type RunRow, toStoredJob, toStoredRun } from '../rows.ts'
import { storedText } from '../stored-text.ts'
import { findJobs, type FoundSql, searchColumns, type SearchFacts, type SearchResult } from './find-jobs.ts'

/** A row of a job with one of its runs; the columns of the run are null if it has none. */
interface Row extends Omit<RunRow, 'number'> {
  readonly id: string
  readonly job_tenant: string
  readonly event: string
  /** Only in the first row of the job. */
  readonly envelope: string | null
  readonly sent_at: number
  readonly job_state: JobRow['state']
  readonly job_ended_at: number | null
  readonly waits_until: number | null
  readonly number: number | null
  readonly steps: string | null
  readonly attempts_before: string | null
}

const columns =
  'j.id, j.tenant AS job_tenant, j.event, CASE WHEN coalesce(r.number, 1) = 1 THEN j.envelope END AS envelope, j.sent_at, ' +
  'j.state AS job_state, j.ended_at AS job_ended_at, ' +
  'CASE WHEN r.number IS NULL THEN (SELECT a.due_at FROM {schema}.arrivals a WHERE a.job = j.id AND NOT a.unclaimed) END AS waits_until, ' +
  'r.*, CASE WHEN r.workflow IS NOT NULL THEN (SELECT json_agg(json_build_array(s.position, s.record) ORDER BY s.position)::text ' +
  'FROM {schema}.steps s WHERE s.job = r.job AND s.run = r.number) END AS steps'

const attempts =
  '(SELECT json_agg(a ORDER BY a.number)::text FROM (SELECT number, started_at, ended_at, next_due_at, error, worker ' +
  'FROM {schema}.attempts WHERE job = r.job AND run = r.number) a)'

/**
 * Reads jobs with their runs and steps, as of one moment, in the order of their ids.
 *
 * @param where - a condition of the row `j` of a job
 */
export async function readJobs(
  queryable: Queryable,
  where: string,
  values: readonly SqlValue[],
  { withAttempts = false }: Pick<GetOptions, 'withAttempts'> = {},
): Promise<StoredJob[]> {
  const sql =
    `SELECT ${columns}, ${withAttempts ? attempts : 'NULL'} AS attempts_before ` +
    `FROM {schema}.jobs j LEFT JOIN {schema}.runs r ON r.job = j.id WHERE ${where} ORDER BY j.id, r.number`
  return toJobs(await queryable.query<Row>(sql, values))
}

/** Reads jobs that a search finds, newest first. */
async function readFound(queryable: Queryable, { with: ctes, values }: FoundSql): Promise<SearchResult<StoredJob>> {
  const sql =
    `${ctes} SELECT ${searchColumns}, ${columns}, NULL AS attempts_before FROM search s LEFT JOIN found f ON true ` +
    'LEFT JOIN {schema}.jobs j ON j.id = f.id LEFT JOIN {schema}.runs r ON r.job = j.id ORDER BY j.id DESC, r.number'
  const rows = await queryable.query<Row & SearchFacts>(sql, values.all)
  const jobs = toJobs(rows)
  return { search: rows[0]!, found: jobs.map((job) => ({ id: job.envelope.id, job })) }
}

/** Converts rows, those of a job one after another. */
function toJobs(rows: readonly Row[]): StoredJob[] {
  const jobs: StoredJob[] = []
  for (const row of rows) {
    if (row.envelope !== null) jobs.push(toJob(row, row.envelope))
    if (row.number !== null) addRun(jobs.at(-1)!, row as Row & RunRow)
  }
  for (const job of jobs) addTimes(job)
  return jobs
}

/** Reads a job. Nothing is read of a job of another tenant than that of the options. */
export async function readJob(
  queryable: Queryable,
  id: string,
  { tenantId, ...options }: GetOptions = {},
): Promise<StoredJob | undefined> {
  if (storedText(id) !== id) return undefined // no text that PostgreSQL has, or too long for an id
  const [job] =
    tenantId === undefined
      ? await readJobs(queryable, 'j.id = $1', [id], options)
      : await readJobs(queryable, 'j.id = $1 AND j.tenant = $2', [id, storedText(tenantId)], options)
  return job
}

function toJob(row: Row, envelope: string): StoredJob {
  const { id, job_tenant: tenant, event, sent_at, job_state: state, job_ended_at: ended_at } = row
  return toStoredJob({ id, tenant, event, envelope, sent_at, state, ended_at }, row.waits_until)
}

function addRun(job: StoredJob, row: Row & RunRow): void {
  const run = toStoredRun(row, job)
  const steps = row.steps === null ? [] : (JSON.parse(row.steps) as StepRow[])
  const workflow = row.workflow === null ? undefined : toRecord(row.workflow, steps)
  if (workflow) run.workflow = workflow
  if (row.attempts_before !== null)
    run.history = (JSON.parse(row.attempts_before) as AttemptColumns[]).map(toStoredAttempt)
  job.runs.push(run)
}

/** Sets the times of a job that has runs. */
function addTimes(job: StoredJob): void {
  for (const { startedAt, endedAt } of job.runs) {
    if (startedAt !== undefined) job.startedAt = Math.min(job.startedAt ?? startedAt, startedAt)
    if (endedAt !== undefined) job.endedAt = Math.max(job.endedAt ?? endedAt, endedAt)
  }
  if (job.runs.some(({ endedAt }) => endedAt === undefined)) delete job.endedAt
}

/** Returns a page of the jobs that match, newest first. Looks on until it is full. */
export async function listJobs(
  queryable: Queryable,
  { state, limit, cursor, ...filter }: ListQuery,
): Promise<StoredPage> {
  const query = { ...filter, ...(state !== undefined && { states: [state] }), order: 'newest' as const }
  const jobs: StoredJob[] = []
  for (let next = cursor; ;) {
    const position = next === undefined ? {} : { cursor: next }
    const part = await findJobs(queryable, { ...query, ...position, limit: limit - jobs.length }, (sql) =>
      readFound(queryable, sql),
    )
    jobs.push(...part.jobs)
    if (part.cursor === undefined) return { jobs }
    if (jobs.length === limit) return { jobs, cursor: part.cursor }
    next = part.cursor
  }
}
