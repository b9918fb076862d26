import type { ListQuery } from '@cgk-platform/jobs-core/provider'

import type { Steps } from '../../../time/steps.ts'
import { turnBatch } from '../../../rules/turn-batch.ts'
import type { StoredJob } from '../../../records/stored-run.ts'
import type { StoredPage } from '../../job-store.ts'
import type { Connection } from '../file/connection.ts'
import { findJobs } from './find-jobs.ts'
import { columns } from '../tables/jobs-table.ts'
import { type JobRow, toStoredJob } from '../tables/rows.ts'

/** The reads of `listJobs`. */
export interface ListReads {
  /** Reads the runs of a job. */
  readonly withRuns: (job: StoredJob) => StoredJob
  /** Makes several reads as of one moment. */
  readonly atOnce: <T>(read: () => T) => T
}

/** Returns a page of the jobs that match, newest first. Each step reads a part of it, as of one moment. */
export function* listJobs(
  connection: Connection,
  { state, limit, ...filter }: ListQuery,
  { withRuns, atOnce }: ListReads,
): Steps<StoredPage> {
  const query = { ...filter, ...(state !== undefined && { states: [state] }), order: 'newest' as const }
  const jobs: StoredJob[] = []
  for (let next: { readonly cursor?: string } = {}; ; yield) {
    const cursor = atOnce(() => {
      const part = findJobs(connection, { ...query, ...next, limit: Math.min(turnBatch, limit - jobs.length) })
      // Only jobs of this page are read: their values can be large.
      for (const { seq } of part.found) {
        const row = connection.get<JobRow>(`SELECT ${columns} FROM cgk_jobs WHERE seq = ?`, seq)!
        jobs.push(withRuns(toStoredJob(row)))
      }
      return part.cursor
    })
    if (cursor === undefined) return { jobs }
    if (jobs.length === limit) return { jobs, cursor }
    next = { cursor }
  }
}
