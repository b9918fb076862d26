import type { JobSummary, JobSummaryPage } from '@cgk-platform/jobs-core/inspect'
import { decodeEnvelope, type Envelope, type InspectQuery, type JobErrorInfo } from '@cgk-platform/jobs-core/provider'
import { sentAtOf } from '@cgk-platform/jobs-core/scheduling'
import { fromText, summarizeRows, type SummaryColumns } from '@cgk-platform/jobs-local/engine'

import type { Queryable } from '../../database/database.ts'
import { type JobRow, readEnvelope } from '../rows.ts'
import { findJobs, type FoundSql, searchColumns, type SearchFacts, type SearchResult } from './find-jobs.ts'
import { asciiLower, stateWithoutRuns } from './job-conditions.ts'

/** Size of an envelope from which on only its end is read, which has all but the payload, in bytes. */
const maxEnvelopeBytes = 4_000
/** Characters of such an end. */
const endLength = 12_000

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
  'SELECT number, definition AS "definitionId", state, attempts, max_attempts AS "maxAttempts", started_at AS "startedAt", ' +
  'ended_at AS "endedAt", retry_of AS "retryOf", pause, error FROM {schema}.runs WHERE job = j.id'
const columns =
  `j.id, j.tenant, j.event, j.sent_at, CASE WHEN ${isWhole} THEN j.envelope END AS envelope, ` +
  `CASE WHEN NOT ${isWhole} THEN right(j.envelope, ${endLength}) END AS envelope_end, ` +
  `${stateWithoutRuns} AS job_state, j.ended_at AS job_ended_at, ` +
  `(SELECT json_agg(r ORDER BY r.number)::text FROM (${runFacts}) r) AS runs`

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
  const rows = row.runs === null ? [] : (JSON.parse(row.runs) as (SummaryColumns & { readonly number: number })[])
  if (text !== undefined && !rows.some(({ error }) => hasText(error, text))) return undefined
  return summarizeRows({ envelope: envelopeOf(row, id), state: row.job_state, endedAt: row.job_ended_at }, rows)
}

/** Returns whether a stored error has a text, which has no capital ASCII letters. */
export function hasText(stored: string | null, text: string): boolean {
  const error = fromText(stored) as Partial<JobErrorInfo> | undefined
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
