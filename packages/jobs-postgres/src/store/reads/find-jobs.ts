import type { InspectQuery } from '@cgk-platform/jobs-core/provider'

import type { Queryable } from '../../database/database.ts'
import { storedText } from '../stored-text.ts'
import { conditionOf, type IdRange, idRangeOf, jobsOfCandidates, searchesTexts, SqlValues } from './job-conditions.ts'
import { chooseSources, type ChosenSources, type JobSource, maxSorted, within } from './job-sources.ts'

/** Number of rows to read for one page. Those with errors to search take longer. */
const maxPageRows = { withoutText: 2_000, withText: 1_000 }
/** Number of rows that one statement reads. PostgreSQL compiles costlier statements first, which takes longer than the page. */
const maxChunk = 1_000

/** A job that was found. */
interface Found {
  readonly id: string
}

/** The jobs of a page. */
export interface FoundPage<Job> {
  readonly jobs: readonly Job[]
  /** Absent on the last page. */
  readonly cursor?: string
}

/** A statement that reads jobs which match. */
export interface FoundSql {
  /** CTEs: `search`, one row with the facts about the search, and `found`, the ids of the jobs. */
  readonly with: string
  readonly values: SqlValues
}

/** The facts about a search, in each row of its result. */
export interface SearchFacts {
  /** Number of rows that were looked at. */
  readonly rows: number
  /** The id up to which all jobs were looked at. */
  readonly reached: string | null
  /** Number of jobs that match. */
  readonly matches: number
}

/** The columns of `search`. */
export const searchColumns = 's.rows, s.reached, s.matches'

/** The result of a statement. */
export interface SearchResult<Job> {
  readonly search: SearchFacts
  /** In the order of the list. */
  readonly found: readonly (Found & {
    /** `undefined`: a closer look shows that it does not match. */
    readonly job: Job | undefined
  })[]
}

/**
 * Finds the jobs of a page. Reads a limited number of rows, in parts, each as of one moment. So it may find fewer jobs, and
 * still return a cursor.
 *
 * @param read - reads the jobs that a statement finds
 */
export async function findJobs<Job>(
  queryable: Queryable,
  query: InspectQuery,
  read: (sql: FoundSql) => Promise<SearchResult<Job>>,
): Promise<FoundPage<Job>> {
  const { order, limit, cursor, ...filter } = query
  const whole = await idRangeOf(queryable, filter)
  const chosen = await chooseSources(queryable, filter, { max: maxSorted, range: whole, isForList: true })
  if (chosen.sources.length === 0) return { jobs: [] }
  const isNewestFirst = order === 'newest'
  const maxRows = searchesTexts(query) ? maxPageRows.withText : maxPageRows.withoutText
  const jobs: Job[] = []
  let last: string | undefined
  let position = cursor
  let size = chosen.mustBeFew ? maxSorted : Math.min(maxChunk, (limit + 1) * 2)
  for (let rows = 0; ;) {
    const wanted = limit - jobs.length + 1
    const range = rangeAfter(whole, position, isNewestFirst)
    const { search, found } = await read(searchSql(filter, { chosen, range, size, isNewestFirst, wanted }))
    for (const { id, job } of found) {
      if (job !== undefined && jobs.length === limit) return { jobs, cursor: last! }
      if (job !== undefined) jobs.push(job)
      last = id
    }
    rows += search.rows
    const isCut = search.matches === wanted
    if (!isCut && search.rows < size) return { jobs }
    position = isCut ? found.at(-1)!.id : search.reached!
    if (rows >= maxRows) return { jobs, cursor: position }
    size = Math.max(size, Math.min(maxChunk, size * 3))
  }
}

function rangeAfter({ above, below }: IdRange, position: string | undefined, isNewestFirst: boolean): IdRange {
  if (position === undefined) return { above, below }
  if (isNewestFirst) return { above, below: position < below ? position : below }
  return { above: position > above ? position : above, below }
}

interface Search {
  readonly chosen: ChosenSources
  readonly range: IdRange
  readonly size: number
  readonly isNewestFirst: boolean
  /** Number of jobs to find at most. */
  readonly wanted: number
}

function searchSql(
  filter: Parameters<typeof conditionOf>[0],
  { chosen: { sources, met, mustBeFew }, range, size, isNewestFirst, wanted }: Search,
): FoundSql {
  const values = new SqlValues()
  const direction = isNewestFirst ? 'DESC' : 'ASC'
  const limit = values.add(size)
  // Of few rows, each is looked at, so those of others need not be counted.
  const own = mustBeFew && filter.tenantId !== undefined ? storedText(filter.tenantId) : undefined
  const ownOf = ({ tenant }: JobSource): string =>
    own === undefined || tenant === undefined ? '' : ` AND ${tenant} = ${values.add(own)}`
  const first = `${direction} LIMIT ${limit}`
  const parts = sources.map((source) => {
    const { id, lanes } = source
    const rows = `SELECT ${id} AS id FROM ${within(source, range, values)}${ownOf(source)} ORDER BY ${id} ${first}`
    return lanes
      ? `(SELECT r.id FROM ${lanes(values)} CROSS JOIN LATERAL (${rows}) r ORDER BY r.id ${first})`
      : `(${rows})`
  })
  const candidates = parts.length === 1 ? parts[0]! : `(${parts.join(' UNION ALL ')} ORDER BY id ${first})`
  const condition = conditionOf(filter, met, values)
  const sql =
    `WITH candidates AS MATERIALIZED ${candidates}, found AS MATERIALIZED (` +
    `SELECT j.id FROM (SELECT DISTINCT id FROM candidates) c ${jobsOfCandidates} WHERE ${condition} ` +
    `ORDER BY j.id ${direction} LIMIT ${values.add(wanted)}), search AS (SELECT count(*) AS rows, ` +
    `${isNewestFirst ? 'min' : 'max'}(id) AS reached, (SELECT count(*) FROM found) AS matches FROM candidates)`
  return { with: sql, values }
}
