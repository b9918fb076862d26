import type { SQLInputValue } from 'node:sqlite'

import type { CountGroup, JobCounts } from '@cgk-platform/jobs-core/inspect'
import type { InspectFilter } from '@cgk-platform/jobs-core/provider'

import { toJobCounts } from '../../../records/to-job-counts.ts'
import type { Steps } from '../../../time/steps.ts'
import type { Connection } from '../file/connection.ts'
import { isRunOf } from '../tables/rows.ts'
import { searchesTexts } from './job-conditions.ts'
import type { JobSource } from './job-source.ts'
import { sourcesFor } from './sources-for.ts'
import { stateSql } from './state-sql.ts'

/** Number of jobs up to which counts are exact. */
const maxCount = 100_000
/** Number of rows to read for a count. */
const maxRows = { withoutText: maxCount + 1, withText: 20_000 }
/** Number of entries of an index that a step reads. */
const maxEntries = 10_000
/** Number of jobs that a step looks at. Those with errors to search take longer. */
const maxJobs = { withoutText: 2_000, withText: 500 }

const keys = { state: stateSql, tenant: 'j.tenant', event: 'j.event', definition: 'r.definition_id' } as const
/** The runs of the job `j`, one for each definition. */
const runsByDefinition =
  `CROSS JOIN cgk_runs r ON ${isRunOf('j.seq')} AND NOT EXISTS (SELECT 1 FROM cgk_runs o ` +
  'WHERE o.run >= j.seq << 20 AND o.run < r.run AND o.definition_id = r.definition_id)'

/** The options of `countJobs`. */
export interface CountReads {
  readonly by: CountGroup | undefined
  /** Makes several reads as of one moment. */
  readonly atOnce: <T>(read: () => T) => T
}

/** Counts the jobs that match, each as it is when a step reads it. Reads a limited number of rows. */
export function* countJobs(connection: Connection, filter: InspectFilter, reads: CountReads): Steps<JobCounts> {
  const { by, atOnce } = reads
  const size = searchesTexts(filter) ? 'withText' : 'withoutText'
  const max = maxRows[size]
  const { sources, rows, condition } = atOnce(() => sourcesFor(connection, filter, { max }))
  const isComplete = rows < max
  const isMet = condition.sql === '1'
  // Sources of jobs have no job twice.
  if (by === undefined && isMet && sources.every(({ order }) => order === 'id'))
    return toJobCounts(rows, new Map(), isComplete)
  yield
  const found = yield* findSeqs(connection, sources, { max, atOnce })
  const groups = new Map<string, number>()
  let count = isMet ? found.length : 0
  for (let first = 0; (by !== undefined || !isMet) && first < found.length; first += maxJobs[size]) {
    const part = JSON.stringify(Array.from(found.subarray(first, first + maxJobs[size])))
    const read = <Row>(columns: string, runs: string, end = ''): Row[] => {
      const from = 'json_each(?) f CROSS JOIN cgk_jobs j ON j.seq = f.value'
      const sql = `SELECT ${columns} FROM ${from} ${runs} WHERE ${condition.sql} ${end}`
      return connection.all<Row>(sql, part, ...condition.values)
    }
    atOnce(() => {
      if (!isMet) count += read<{ count: number }>('count(*) AS count', '')[0]!.count
      if (by === undefined) return
      const runs = by === 'definition' ? runsByDefinition : ''
      const columns = `${keys[by]} AS key, count(*) AS count`
      for (const group of read<{ key: string; count: number }>(columns, runs, 'GROUP BY 1'))
        groups.set(group.key, (groups.get(group.key) ?? 0) + group.count)
    })
    yield
  }
  return toJobCounts(count, groups, isComplete)
}

/** Returns the `seq` of the jobs of some sources, each once and in order, at most `max`. */
function* findSeqs(
  connection: Connection,
  sources: readonly JobSource[],
  { max, atOnce }: Pick<CountReads, 'atOnce'> & { readonly max: number },
): Steps<Float64Array> {
  const found = new Set<number>()
  let entries = 0
  for (const source of sources) {
    for (let last: Entry[1] | undefined, isMore = true; isMore && found.size < max;) {
      const limit = source.mustSort ? max - found.size : Math.min(maxEntries - entries, max - found.size)
      const read = atOnce(() => readEntries(connection, source, last, limit))
      for (const [seq] of read) found.add(seq)
      last = read.at(-1)?.[1]
      isMore = !source.mustSort && read.length === limit
      entries += read.length
      if (entries < maxEntries) continue
      entries = 0
      yield
    }
  }
  // In the order of the tables, which is quicker to read.
  return Float64Array.from(found).toSorted()
}

type Entry = [seq: number, at: SQLInputValue]

/** Reads entries of a source after the last one. What must be sorted is read at once: each read would sort all of it. */
function readEntries(
  connection: Connection,
  { from, values, order, mustSort }: JobSource,
  last: Entry[1] | undefined,
  limit: number,
): Entry[] {
  const select = `SELECT ${order === 'run' ? 'run >> 20' : order === 'id' ? 'seq' : order}, ${order} FROM ${from}`
  if (mustSort) return connection.rows<Entry>(`${select} LIMIT ?`, ...values, limit)
  const sql = `${select} AND ${order} > ? ORDER BY ${order} LIMIT ?`
  return connection.rows<Entry>(sql, ...values, last ?? (order === 'id' ? '' : -1), limit)
}
