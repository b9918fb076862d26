import type { CountGroup, JobCounts } from '@cgk-platform/jobs-core/inspect'
import type { InspectFilter } from '@cgk-platform/jobs-core/provider'
import { toJobCounts } from '@cgk-platform/jobs-local/engine'

import type { Queryable } from '../../database/database.ts'
import { type JobRow, readEnvelope } from '../rows.ts'
import {
  asciiLower,
  conditionOf,
  idRangeOf,
  jobsOfCandidates,
  searchesTexts,
  SqlValues,
  stateSql,
} from './job-conditions.ts'
import { chooseSources, within } from './job-sources.ts'
import { hasText } from './list-summaries.ts'

/** Number of jobs up to which counts are exact. */
const maxCount = 100_000
/** Number of rows to read for a count. Those with errors to search take longer. */
const maxRows = { withoutText: maxCount + 1, withText: 20_000 }

const keys = { state: stateSql, tenant: 'j.tenant', event: 'j.event', definition: 'NULL' } as const

/** Counts the jobs that match, as of one moment. Reads a limited number of rows. */
export async function countJobs(
  queryable: Queryable,
  filter: InspectFilter,
  by: CountGroup | undefined,
): Promise<JobCounts> {
  const { errorText: text } = filter
  const range = await idRangeOf(queryable, filter)
  const max = searchesTexts(filter) ? maxRows.withText : maxRows.withoutText
  const { sources, rows, met } = await chooseSources(queryable, filter, { max, range, isForList: false })
  if (sources.length === 0) return toJobCounts(0, new Map(), true)
  const isComplete = rows < max
  const values = new SqlValues()
  // Sources of jobs have no job twice, and all that is needed of it.
  const areJobs = sources.every(({ id }) => id === 'j.id')
  const parts = sources.map(
    (source) => `SELECT ${areJobs ? 'j.*' : `${source.id} AS id`} FROM ${within(source, range, values)}`,
  )
  const candidates = `(${parts.join(' UNION ALL ')} LIMIT ${values.add(max)})`
  const jobs = areJobs ? `${candidates} j` : `(SELECT DISTINCT id FROM ${candidates} n) c ${jobsOfCandidates}`
  const condition = conditionOf(filter, met, values)
  if (by === undefined && condition === 'true' && areJobs) return toJobCounts(rows, new Map(), isComplete)
  const key = by === undefined ? 'NULL' : keys[by]
  const sql = `WITH found AS MATERIALIZED (SELECT j.id, ${key} AS key FROM ${jobs} WHERE ${condition})`
  if (text !== undefined) return countByText(queryable, { found: sql, values, isComplete, by, text })
  return count(queryable, { found: sql, values, isComplete, by })
}

interface Counted {
  /** SQL with the CTE `found`: the ids of the jobs, and the keys of their groups. */
  readonly found: string
  readonly values: SqlValues
  readonly isComplete: boolean
  readonly by: CountGroup | undefined
}

async function count(queryable: Queryable, { found, values, isComplete, by }: Counted): Promise<JobCounts> {
  if (by === undefined) {
    const [row] = await queryable.query<{ count: number }>(`${found} SELECT count(*) AS count FROM found`, values.all)
    return toJobCounts(row!.count, new Map(), isComplete)
  }
  const groups =
    by === 'definition'
      ? 'SELECT r.definition AS key, count(DISTINCT r.job) AS count, min(r.job) AS id FROM found f ' +
        'JOIN LATERAL (SELECT job, definition FROM {schema}.runs WHERE job = f.id OFFSET 0) r ON true GROUP BY 1'
      : 'SELECT key, count(*) AS count, min(id) AS id FROM found GROUP BY 1'
  const sql = `${found}, grouped AS (${groups}) SELECT key, count, id FROM grouped UNION ALL SELECT NULL, count(*), NULL FROM found`
  const rows = await queryable.query<GroupRow>(sql, values.all)
  const total = rows.find(({ key }) => key === null)!.count
  const counts = await withNames(
    queryable,
    by,
    rows.filter(({ key }) => key !== null),
  )
  return toJobCounts(total, counts, isComplete)
}

/** Counts jobs whose errors may have a text. The names and messages are looked at here: SQL cannot read each JSON string. */
async function countByText(
  queryable: Queryable,
  { found, values, isComplete, by, text }: Counted & { readonly text: string },
): Promise<JobCounts> {
  const sql =
    `${found} SELECT id, key, (SELECT json_agg(json_build_array(r.definition, r.error) ORDER BY r.number)::text ` +
    'FROM {schema}.runs r WHERE r.job = f.id) AS runs FROM found f'
  const lower = asciiLower(text)
  const groups = new Map<string, GroupRow>()
  let total = 0
  for (const { id, key, runs } of await queryable.query<TextRow>(sql, values.all)) {
    const rows = JSON.parse(runs) as (readonly [definition: string, error: string | null])[]
    if (!rows.some(([, error]) => hasText(error, lower))) continue
    total++
    const own = by === 'definition' ? new Set(rows.map(([definition]) => definition)) : key === null ? [] : [key]
    for (const one of own) groups.set(one, { key: one, id, count: (groups.get(one)?.count ?? 0) + 1 })
  }
  const counts = by === undefined ? new Map<string, number>() : await withNames(queryable, by, [...groups.values()])
  return toJobCounts(total, counts, isComplete)
}

interface TextRow {
  readonly id: string
  readonly key: string | null
  readonly runs: string
}

interface GroupRow {
  readonly key: string | null
  readonly count: number
  /** The id of one of its jobs. */
  readonly id: string | null
}

/** Returns the counts by the names as apps chose them. Those that are stored as a hash are in the envelope of a job. */
async function withNames(
  queryable: Queryable,
  by: CountGroup,
  groups: readonly GroupRow[],
): Promise<Map<string, number>> {
  const hashed = by === 'tenant' || by === 'event' ? groups.filter(({ key }) => key!.startsWith('\u0001')) : []
  const names = new Map<string, string>()
  if (hashed.length > 0) {
    const sql = 'SELECT id, tenant, event, envelope, sent_at FROM {schema}.jobs WHERE id = ANY($1::text[])'
    for (const row of await queryable.query<JobRow>(sql, [hashed.map(({ id }) => id)])) {
      const { tenantId, event } = readEnvelope(row)
      names.set(by === 'tenant' ? row.tenant : row.event, by === 'tenant' ? tenantId : event)
    }
  }
  return new Map(groups.map(({ key, count: of }) => [names.get(key!) ?? key!, of]))
}
