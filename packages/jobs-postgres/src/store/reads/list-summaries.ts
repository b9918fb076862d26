import type { JobSummary, JobSummaryPage } from '@cgk-platform/jobs-core/inspect'
import { type Envelope, type InspectQuery, type JobErrorInfo, decodeEnvelope } from '@cgk-platform/jobs-core/provider'
import { sentAtOf } from '@cgk-platform/jobs-core/scheduling'
import { runIdOf, toJobSummary } from '@cgk-platform/jobs-local/engine'

import type { Queryable } from '../../database/database.ts'
import { fromText, type JobRow, readEnvelope, type RunRow } from '../rows.ts'
import { findJobs, type FoundSql, searchColumns, type SearchFacts, type SearchResult } from './find-jobs.ts'
import { asciiLower, stateWithoutRuns } from './job-conditions.ts'

/** Size of an envelope from which on only its end is read, which has all but the payload, in bytes. */
const maxEnvelopeBytes = 4_000
/** Characters of such an end. */
const endLength = 12_000

type RunFacts = Pick<
  RunRow,
  'number' | 'definition' | 'state' | 'attempts' | 'max_attempts' | 'started_at' | 'ended_at' | 'retry_of' | 'error'
>

interface Row extends SearchFacts, Pick<JobRow, 'tenant' | 'event' | 'sent_at'> {
  readonly id: string | null
  readonly envelope: string | null
  readonly envelope_end: string | null
  readonly job_state: JobSummary['state']
  readonly job_ended_at: number | null
  readonly runs: string | null
}

// A name that is stored as its hash is in the envelope.
const isWhole = `(octet_length(j.envelope) <= ${maxEnvelopeBytes} OR starts_with(j.tenant, chr(1)) OR starts_with(j.event, chr(1)))`
const runFacts =
  "json_build_object('number', r.number, 'definition', r.definition, 'state', r.state, 'attempts', r.attempts, " +
  "'max_attempts', r.max_attempts, 'started_at', r.started_at, 'ended_at', r.ended_at, 'retry_of', r.retry_of, 'error', r.error)"
const columns =
  `j.id, j.tenant, j.event, j.sent_at, CASE WHEN ${isWhole} THEN j.envelope END AS envelope, ` +
  `CASE WHEN NOT ${isWhole} THEN right(j.envelope, ${endLength}) END AS envelope_end, ` +
  `${stateWithoutRuns} AS job_state, j.ended_at AS job_ended_at, ` +
  `(SELECT json_agg(${runFacts} ORDER BY r.number)::text FROM {schema}.runs r WHERE r.job = j.id) AS runs`

/** Returns a page of jobs in the order of their ids, without payloads, outputs and steps. */
export async function listSummaries(queryable: Queryable, query: InspectQuery): Promise<JobSummaryPage> {
  const direction = query.order === 'newest' ? 'DESC' : 'ASC'
  const text = query.errorText === undefined ? undefined : asciiLower(query.errorText)
  const read = async ({ with: ctes, values }: FoundSql): Promise<SearchResult<JobSummary>> => {
    const sql =
      `${ctes} SELECT ${searchColumns}, ${columns} FROM search s LEFT JOIN found f ON true ` +
      `LEFT JOIN {schema}.jobs j ON j.id = f.id ORDER BY j.id ${direction}`
    const rows = await queryable.query<Row>(sql, values.all)
    const found = rows.flatMap((row) => (row.id === null ? [] : { id: row.id, job: toSummary(row, row.id, text) }))
    return { search: rows[0]!, found }
  }
  const { jobs, cursor } = await findJobs(queryable, query, read)
  return cursor === undefined ? { jobs } : { jobs, cursor, searchedTo: new Date(sentAtOf(cursor)) }
}

/** Converts a row. Returns `undefined` if no error of the job has the text. */
function toSummary(row: Row, id: string, text: string | undefined): JobSummary | undefined {
  const rows = row.runs === null ? [] : (JSON.parse(row.runs) as RunFacts[])
  const errors = rows.map(({ error }) => (error === null ? undefined : (fromText(error) as JobErrorInfo | undefined)))
  if (text !== undefined && !errors.some((error) => hasText(error, text))) return undefined
  const runs = rows.map((run, index) => ({
    id: runIdOf(id, run.number),
    definitionId: run.definition,
    state: run.state,
    attempts: run.attempts,
    maxAttempts: run.max_attempts,
    ...(run.started_at !== null && { startedAt: run.started_at }),
    ...(run.ended_at !== null && { endedAt: run.ended_at }),
    ...(run.retry_of !== null && { retryOf: runIdOf(id, run.retry_of) }),
    ...(errors[index] && { error: errors[index] }),
  }))
  const started = rows.flatMap(({ started_at: at }) => at ?? [])
  const ended = rows.length === 0 ? [row.job_ended_at] : rows.map(({ ended_at: at }) => at)
  return toJobSummary({
    envelope: envelopeOf(row, id),
    state: row.job_state,
    ...(started.length > 0 && { startedAt: Math.min(...started) }),
    ...(ended.every((at) => at !== null) && { endedAt: Math.max(...ended) }),
    runs,
  })
}

/** Returns whether an error has a text, which has no capital ASCII letters. */
export function hasText(error: Partial<JobErrorInfo> | undefined, text: string): boolean {
  return [error?.name, error?.message].some((part) => typeof part === 'string' && asciiLower(part).includes(text))
}

function envelopeOf({ tenant, event, sent_at, envelope, envelope_end: end }: Row, id: string): Envelope {
  return readEnvelope({
    id,
    tenant,
    event,
    sent_at,
    envelope: envelope ?? withoutPayload(end ?? '', { id, tenant, event }),
  })
}

/** Returns a large envelope without its payload, which comes before the time of the send. */
function withoutPayload(end: string, { id, tenant, event }: Pick<JobRow, 'id' | 'tenant' | 'event'>): string {
  const rest = fromText(`{${end.slice(end.lastIndexOf(',"sentAt":') + 1)}`)
  const known = { v: 1, id, tenantId: tenant, event, payload: null, sentAt: 0 }
  return JSON.stringify({ ...(decodeEnvelope({ ...known, ...(rest as object | undefined) }) ?? known) })
}
