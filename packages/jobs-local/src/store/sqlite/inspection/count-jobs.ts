import type { SQLInputValue } from 'node:sqlite'

import type { CountGroup, JobCounts } from '@cgk-platform/jobs-core'
import type { InspectFilter } from '@cgk-platform/jobs-core/provider'

import { toJobCounts } from '../../../inspection/to-job-counts.ts'
import type { Connection } from '../connection.ts'
import { isRunOf } from '../rows.ts'
import { countRows, type JobSource } from './job-source.ts'
import { sourcesFor } from './sources-for.ts'
import { stateSql } from './state-sql.ts'

/** Number of jobs up to which counts are exact. */
const maxCount = 100_000
/** Number of rows to read for a count. */
const maxRows = { withoutText: maxCount + 1, withText: 20_000 }

const keys = { state: stateSql, tenant: 'j.tenant', event: 'j.event', definition: 'r.definition_id' } as const
/** The runs of the job `j`, one for each definition. */
const runsByDefinition =
  `CROSS JOIN cgk_runs r ON ${isRunOf('j.seq')} AND NOT EXISTS (SELECT 1 FROM cgk_runs o ` +
  'WHERE o.run >= j.seq << 20 AND o.run < r.run AND o.definition_id = r.definition_id)'

/** Counts the jobs that match. Reads a limited number of rows. */
export function countJobs(connection: Connection, filter: InspectFilter, by: CountGroup | undefined): JobCounts {
  const max = filter.errorText === undefined ? maxRows.withoutText : maxRows.withText
  const { sources, rows, condition } = sourcesFor(connection, filter, { max })
  const counts = new Map<string, number>()
  let count = 0
  let left = max
  for (const jobs of jobsOf(sources, condition.sql !== '1')) {
    if (left <= 0) break
    const read = <Row>(columns: string, end = ''): Row[] => {
      return connection.all<Row>(`SELECT ${columns} FROM ${jobs.sql} ${end}`, ...jobs.values, left, ...condition.values)
    }
    const where = `WHERE ${condition.sql}`
    if (by !== undefined) {
      const runs = by === 'definition' ? runsByDefinition : ''
      const groups = read<{ key: string; count: number }>(
        `${keys[by]} AS key, count(*) AS count`,
        `${runs} ${where} GROUP BY 1`,
      )
      for (const group of groups) counts.set(group.key, (counts.get(group.key) ?? 0) + group.count)
      // A job is in one group, except by definition.
      if (by !== 'definition') count += groups.reduce((sum, group) => sum + group.count, 0)
    }
    if (by === undefined || by === 'definition') count += read<{ count: number }>('count(*) AS count', where)[0]!.count
    left -= sources.length === 1 ? left : countRows(connection, jobs.sources, left)
  }
  return toJobCounts(count, counts, rows < max)
}

interface Jobs {
  readonly sources: readonly JobSource[]
  /** SQL for the jobs `j`. Its last value is their maximum number. */
  readonly sql: string
  readonly values: readonly SQLInputValue[]
}

/**
 * Returns the jobs of each lane; those of other sources together, because they can have the same ones.
 *
 * @param readsRuns - whether their runs will be read, which are quicker to read in their order
 */
function jobsOf(sources: readonly JobSource[], readsRuns: boolean): Jobs[] {
  if (sources.every(({ order }) => order === 'id')) {
    return sources.map((source) => {
      const jobs = `(SELECT seq, id, tenant, event FROM ${source.from} LIMIT ?)`
      // SQLite ignores the order of a subquery without a limit.
      const sql = source.isScattered && readsRuns ? `(SELECT * FROM ${jobs} ORDER BY seq LIMIT -1) j` : `${jobs} j`
      return { sources: [source], sql, values: source.values }
    })
  }
  const seqOf = ({ order, from }: JobSource): string =>
    `SELECT ${order === 'run' ? 'run >> 20' : order === 'id' ? 'seq' : order} AS found FROM ${from}`
  return [
    {
      sources,
      sql: `(SELECT DISTINCT found FROM (${sources.map(seqOf).join(' UNION ')}) LIMIT ?) CROSS JOIN cgk_jobs j ON j.seq = found`,
      values: sources.flatMap(({ values }) => values),
    },
  ]
}
