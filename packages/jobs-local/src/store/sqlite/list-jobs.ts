import type { ListQuery } from '@cgk-platform/jobs-core/provider'

import type { StoredJob } from '../job-store.ts'
import type { Connection } from './connection.ts'
import { findJobs } from './inspection/find-jobs.ts'
import { columns } from './jobs-table.ts'
import { type JobRow, toStoredJob } from './rows.ts'

/** Returns a page of the jobs that match, newest first. @param withRuns - reads the runs of a job */
export function listJobs(
  connection: Connection,
  { state, limit, ...filter }: ListQuery,
  withRuns: (job: StoredJob) => StoredJob,
): { jobs: StoredJob[]; cursor?: string } {
  const query = { ...filter, ...(state !== undefined && { states: [state] }), order: 'newest' as const }
  const jobs: StoredJob[] = []
  for (let next: { readonly cursor?: string } = {}; ;) {
    const { found, cursor } = findJobs(connection, { ...query, ...next, limit: limit - jobs.length })
    // Only jobs of this page are read: their values can be large.
    for (const { seq } of found) {
      const row = connection.get<JobRow>(`SELECT ${columns} FROM cgk_jobs WHERE seq = ?`, seq)!
      jobs.push(withRuns(toStoredJob(row)))
    }
    if (cursor === undefined) return { jobs }
    if (jobs.length === limit) return { jobs, cursor }
    next = { cursor }
  }
}
