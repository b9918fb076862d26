import { unreadable } from '../../../records/run-columns.ts'
import type { StoredRun } from '../../../records/stored-run.ts'
import type { Connection } from '../file/connection.ts'
import { type JobRow, jobOfRun, keyOf, type RunRow, toStoredJob, toStoredRun } from '../tables/rows.ts'
import { readRecord } from '../tables/steps-table.ts'

/** The row of a run that is being claimed, with its job. */
export type ClaimedRow = RunRow & Pick<JobRow, 'seq' | 'id' | 'event' | 'envelope'> & { readonly job_state: string }

/** The beginning of a query for such rows. */
export const selectClaimed = `SELECT r.*, j.seq, j.id, j.event, j.envelope, j.state AS job_state FROM cgk_runs r JOIN cgk_jobs j ON j.seq = ${jobOfRun}`

/** Returns the run as its updated row describes it. */
export function toHeldRun(connection: Connection, row: ClaimedRow, worker: number, now: number): StoredRun {
  const isResumed = row.pause !== null
  const { seq, id, tenant, event, envelope } = row
  const job: JobRow = { seq, id, tenant, event, envelope, state: row.job_state, ended_at: null }
  const newAttempt = { resumed: 0, state: 'running', attempts: row.attempts + 1, attempt_started_at: now } as const
  const changes = { worker, pause: null, due_at: null, started_at: row.started_at ?? now }
  // Changes the row in place, because nothing else uses it.
  const run = toStoredRun(Object.assign(row, isResumed ? { resumed: 1 } : newAttempt, changes), toStoredJob(job))
  if (row.workflow === null) return run
  const record = readRecord(connection, keyOf(run).run, row.workflow)
  if (record) run.workflow = record
  else run.job.envelope = unreadable(run.job.envelope) // fail the run: without its steps it would repeat all of them
  return run
}
