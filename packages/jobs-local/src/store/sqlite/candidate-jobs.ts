import type { JobState } from '@cgk-platform/jobs-core'
import type { ListQuery } from '@cgk-platform/jobs-core/provider'

import type { Connection } from './connection.ts'
import { isFirstRun, jobOfRun, phases } from './rows.ts'

const { waiting, ready, held, suspect, gathering, joined } = phases

/** More than the ended jobs that are retained by default plus the running ones of a busy engine. */
const maxCandidates = 20_000

const ended =
  `SELECT ${jobOfRun} AS candidate FROM cgk_runs WHERE ended_at IS NOT NULL AND ${isFirstRun} ` +
  'UNION ALL SELECT seq FROM cgk_jobs WHERE ended_at IS NOT NULL'

/** Queries by state for the jobs that may be in it. They use indexes only and can return a job twice. */
const candidateQueries: Readonly<Record<JobState, string>> = {
  scheduled:
    "SELECT seq AS candidate FROM cgk_jobs WHERE state = 'scheduled' UNION ALL " +
    `SELECT ${jobOfRun} FROM cgk_runs WHERE state = 'scheduled'`,
  queued:
    `SELECT ${jobOfRun} AS candidate FROM cgk_runs WHERE phase IN (${ready}, ${suspect}, ${gathering}) UNION ALL ` +
    "SELECT seq FROM cgk_jobs WHERE seq > (SELECT taken FROM cgk_meta) AND state = 'queued'",
  running:
    `SELECT ${jobOfRun} AS candidate FROM cgk_runs WHERE phase IN (${held}, ${joined}) UNION ALL ` +
    `SELECT ${jobOfRun} FROM cgk_runs WHERE pause IS NOT NULL`,
  retrying: `SELECT ${jobOfRun} AS candidate FROM cgk_runs WHERE phase = ${waiting}`,
  completed: ended,
  failed: ended,
  cancelled: ended,
  expired: ended,
  superseded: ended,
}

/**
 * Returns the `FROM` clause that finds the jobs of a state. If few jobs may be in it, selects only those, so that the
 * number of other jobs does not matter. If many may be in it, scans all jobs by id, because a match is soon found. With a
 * reference, selects its jobs.
 */
export function candidateJobsSql(
  connection: Connection,
  { state, reference }: Pick<ListQuery, 'state' | 'reference'>,
): string {
  if (reference !== undefined) return crossJoin('SELECT job AS candidate FROM cgk_references WHERE reference = ?')
  if (state === undefined) return 'cgk_jobs'
  const candidates = candidateQueries[state]
  const sql = `SELECT count(*) AS count FROM (SELECT 1 FROM (${candidates}) LIMIT ${maxCandidates + 1})`
  const { count } = connection.get<{ count: number }>(sql)!
  if (count > maxCandidates) return 'cgk_jobs'
  return crossJoin(`SELECT DISTINCT candidate FROM (${candidates})`)
}

/** SQLite keeps the order of a cross join, so it never scans all jobs and looks up each. */
function crossJoin(candidates: string): string {
  return `(${candidates}) CROSS JOIN cgk_jobs ON seq = candidate`
}
