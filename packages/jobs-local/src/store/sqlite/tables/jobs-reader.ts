import type { GetOptions } from '../../job-store.ts'
import type { StoredJob, StoredRun } from '../../../records/stored-run.ts'
import { readAttempts } from './attempts-table.ts'
import type { Connection } from '../file/connection.ts'
import { findJob } from './jobs-table.ts'
import { jobOfRun, keyOf, type RunRow, seqOf, toStoredRun } from './rows.ts'
import { readRuns } from './runs-table.ts'
import { readRecord } from './steps-table.ts'

/** Reads jobs with their runs and steps. */
export class JobsReader {
  readonly #connection: Connection

  constructor(connection: Connection) {
    this.#connection = connection
  }

  job(jobId: string, { withAttempts = false, tenantId }: GetOptions = {}): StoredJob | undefined {
    const job = findJob(this.#connection, jobId, tenantId)
    if (!job) return undefined
    this.withRuns(job)
    if (withAttempts) for (const run of job.runs) run.history = readAttempts(this.#connection, keyOf(run).run)
    return job
  }

  /** Reads the runs of a job into it. */
  withRuns(job: StoredJob): StoredJob {
    const rows = readRuns(this.#connection, job, seqOf(job))
    for (const [index, { workflow }] of rows.entries()) {
      const run = job.runs[index]!
      const record = workflow === null ? undefined : readRecord(this.#connection, keyOf(run).run, workflow)
      if (record) run.workflow = record
    }
    return job
  }

  /** Reads a run of a workflow. Returns `undefined` if its first attempt has not begun. */
  workflowRun(key: number): StoredRun | undefined {
    const row = this.#connection.get<RunRow & { id: string }>(
      `SELECT r.*, j.id FROM cgk_runs r JOIN cgk_jobs j ON j.seq = ${jobOfRun} WHERE run = ?`,
      key,
    )
    if (!row?.workflow) return undefined
    const run = toStoredRun(row, findJob(this.#connection, row.id)!)
    const workflow = readRecord(this.#connection, key, row.workflow)
    return workflow && Object.assign(run, { workflow })
  }
}
