import type { JobState } from '@cgk-platform/jobs-core'

import type { Connection } from './connection.ts'
import { phases } from './rows.ts'

const { waits, ready, held } = phases

/** More than the ended jobs that are kept by default, with those that a busy engine has under way. */
const mostLookedAt = 20_000

const ended =
  'SELECT job AS candidate FROM cgk_runs WHERE ended_at IS NOT NULL AND number = 1 ' +
  'UNION ALL SELECT seq FROM cgk_jobs WHERE ended_at IS NOT NULL'

/** By state, the jobs among which those of it are, told by indexes alone; some come twice. */
const candidatesOf: Readonly<Record<JobState, string>> = {
  scheduled: "SELECT seq AS candidate FROM cgk_jobs WHERE state = 'scheduled'",
  queued:
    `SELECT job AS candidate FROM cgk_runs WHERE phase = ${ready} UNION ALL ` +
    "SELECT seq FROM cgk_jobs WHERE seq > (SELECT taken FROM cgk_meta) AND state = 'queued'",
  running:
    `SELECT job AS candidate FROM cgk_runs WHERE phase = ${held} UNION ALL ` +
    'SELECT job FROM cgk_runs WHERE pause IS NOT NULL',
  retrying: `SELECT job AS candidate FROM cgk_runs WHERE phase = ${waits}`,
  completed: ended,
  failed: ended,
  cancelled: ended,
  expired: ended,
}

/**
 * Where to look for the jobs of a state, as what stands behind `FROM`: few that may be in it are looked at alone, so that
 * they are found however many others there are. Of many, the next ones by their ids are soon found.
 */
export function jobsThatMayBeIn(connection: Connection, state: JobState | undefined): string {
  if (state === undefined) return 'cgk_jobs'
  const candidates = candidatesOf[state]
  const sql = `SELECT count(*) AS count FROM (SELECT 1 FROM (${candidates}) LIMIT ${mostLookedAt + 1})`
  const { count } = connection.get<{ count: number }>(sql)!
  if (count > mostLookedAt) return 'cgk_jobs'
  // A cross join is made in the order in which it is written: no walk over all jobs that asks of each.
  return `(SELECT DISTINCT candidate FROM (${candidates})) CROSS JOIN cgk_jobs ON seq = candidate`
}
