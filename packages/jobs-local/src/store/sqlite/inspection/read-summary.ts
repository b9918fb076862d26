import type { JobSummary } from '@cgk-platform/jobs-core/inspect'
import { sentAtOf } from '@cgk-platform/jobs-core/scheduling'

import { type SummaryColumns, summarizeRows } from '../../../records/to-job-summary.ts'
import type { Connection } from '../file/connection.ts'
import { isRunOf, numberOf, toJobState } from '../tables/rows.ts'

/** Size of an envelope up to which it is in the page of its row, in bytes. Larger ones are not read. */
const maxEnvelopeBytes = 3_000

const jobSql =
  'SELECT id, tenant, event, state, due_at AS dueAt, ended_at AS endedAt, ' +
  `CASE WHEN octet_length(envelope) <= ${maxEnvelopeBytes} AND json_valid(envelope) ` +
  "THEN json_extract(envelope, '$.sentAt', '$.runAt', '$.references') END AS facts FROM cgk_jobs WHERE seq = ?"
const runsSql =
  'SELECT run, retry_of AS retryOf, definition_id AS definitionId, state, attempts, max_attempts AS maxAttempts, started_at AS startedAt, ' +
  "ended_at AS endedAt, pause, CASE WHEN state IN ('failed', 'retrying') THEN error END AS error " +
  `FROM cgk_runs WHERE ${isRunOf('?1')} ORDER BY run`

interface JobFacts {
  readonly id: string
  readonly tenant: string
  readonly event: string
  readonly state: string
  readonly dueAt: number | null
  readonly endedAt: number | null
  readonly facts: string | null
}

/** Reads the summary of a job, without payload, outputs and steps. */
export function readSummary(connection: Connection, seq: number): JobSummary {
  const job = connection.get<JobFacts>(jobSql, seq)!
  const rows = connection.all<SummaryColumns & { readonly run: number }>(runsSql, seq)
  return summarizeRows(
    {
      envelope: { id: job.id, event: job.event, tenantId: job.tenant, ...timesOf(connection, seq, job) },
      state: toJobState(job),
      endedAt: job.endedAt,
    },
    rows.map(({ run, ...columns }) => ({ number: numberOf(run), ...columns })),
  )
}

function timesOf(
  connection: Connection,
  seq: number,
  { id, facts, dueAt }: JobFacts,
): { readonly sentAt: number; readonly runAt?: number; readonly references?: readonly string[] } {
  type Facts = [sentAt: number | null, runAt: number | null, references: string[] | null]
  const [sentAt, runAt, references] =
    facts === null ? largeFacts(connection, seq, id, dueAt) : (JSON.parse(facts) as Facts)
  return {
    sentAt: sentAt ?? sentAtOf(id),
    ...(runAt !== null && { runAt }),
    ...(references !== null && { references }),
  }
}

/** Returns the facts about a job whose envelope is large, from columns and its id. */
function largeFacts(
  connection: Connection,
  seq: number,
  id: string,
  dueAt: number | null,
): [sentAt: number, runAt: number | null, references: string[] | null] {
  const rows = connection.all<{ reference: string }>('SELECT reference FROM cgk_references WHERE job = ?', seq)
  return [sentAtOf(id), dueAt, rows.length === 0 ? null : rows.map(({ reference }) => reference)]
}
