import type { JobState } from '@cgk-platform/jobs-core'
import { cronEventOf, type InspectFilter } from '@cgk-platform/jobs-core/provider'
import { ownEventOf } from '@cgk-platform/jobs-core/scheduling'

import type { Queryable } from '../../database/database.ts'
import { storedText } from '../stored-text.ts'
import { type IdRange, SqlValues } from './job-conditions.ts'

/** A part of an index that has jobs that may match, and others. It can have a job twice. */
export interface JobSource {
  /** SQL for the id of a job. */
  readonly id: string
  /** SQL for its tenant. Absent: it is not in the rows. */
  readonly tenant?: string
  /** SQL for the rows. */
  readonly from: (values: SqlValues) => string
  /** SQL for lanes `l`, whose rows a list merges. Absent: the rows are in the order of a list. */
  readonly lanes?: (values: SqlValues) => string
}

/** Sources that together have every job that matches a filter. */
interface JobSources {
  readonly sources: readonly JobSource[]
  /** The conditions of the filter that all their jobs meet. */
  readonly met: readonly (keyof InspectFilter)[]
  /** Whether a list reads them only if they are few: in another order than that of the ids, or with other tenants' jobs. */
  readonly mustBeFew?: boolean
}

/** Where to find the jobs that match a filter. */
export interface ChosenSources extends JobSources {
  /** The number of their rows. If it is the maximum, there may be more. */
  readonly rows: number
}

/** Number of rows up to which a list sorts sources, and from which on their number does not matter for the choice. */
export const maxSorted = 5_000
/** Number of lanes of events, one for each tenant, that are merged. */
const maxLanes = 200

const jobs = (where: (values: SqlValues) => string): JobSource => ({
  id: 'j.id',
  tenant: 'j.tenant',
  from: (values) => `{schema}.jobs j WHERE ${where(values)}`,
})
const ofRun = { id: 'r.job', tenant: 'r.tenant' }
const openRuns = (where: string): JobSource => ({
  ...ofRun,
  from: () => `{schema}.open_runs r WHERE ${where}`,
})
const endedRuns = (where: string): JobSource => ({
  ...ofRun,
  from: () => `{schema}.ended_runs r WHERE ${where}`,
})
const arrivals = (where: string): JobSource => ({
  id: 'a.job',
  tenant: 'a.tenant',
  from: () => `{schema}.arrivals a WHERE ${where}`,
})
const withoutRuns = (state: JobState): JobSource => jobs(() => `j.state = '${state}'`)

/**
 * Returns the sources with the fewest rows for a filter.
 *
 * @param max - the number of rows from which on their number does not matter
 * @param range - the ids between which they are
 * @param isForList - whether they are read in the order of the ids
 */
export async function chooseSources(
  queryable: Queryable,
  filter: InspectFilter,
  { max, range, isForList }: { readonly max: number; readonly range: IdRange; readonly isForList: boolean },
): Promise<ChosenSources> {
  const { tenantId, definitionId, event } = filter
  const isByEvent = event !== undefined || definitionId !== undefined
  const events = isByEvent ? await eventsOf(queryable, filter) : undefined
  const candidates = candidatesFor(filter, events)
  if (isForList && candidates.length === 1) return { ...candidates[0]!, rows: max }
  const counted = await countRows(queryable, candidates, range, max)
  const eligible = counted.filter(({ mustBeFew = false, rows }) => !isForList || !mustBeFew || rows < max)
  const best = eligible.reduce((one, other) => (other.rows < one.rows ? other : one))
  const { states, errorText, errorGroup, endedSince, endedUntil } = filter
  // Each statement reads as many jobs of each tenant as of all, so most of them must match.
  const isByName = states === undefined && (errorText ?? errorGroup ?? endedSince ?? endedUntil) === undefined
  const isAmongAll = isForList && tenantId === undefined && best.rows >= max
  return isAmongAll && isByName && events ? ((await byTenant(queryable, filter, events, max)) ?? best) : best
}

/** Returns the numbers of rows of candidates, each at most `max`. */
async function countRows(
  queryable: Queryable,
  candidates: readonly JobSources[],
  range: IdRange,
  max: number,
): Promise<ChosenSources[]> {
  const values = new SqlValues()
  const limit = values.add(max)
  const counts = candidates.map(({ sources }) => {
    const parts = sources.map((source) => `SELECT 1 FROM ${within(source, range, values)}`)
    return parts.length === 0 ? '0' : `(SELECT count(*) FROM (${parts.join(' UNION ALL ')} LIMIT ${limit}) n)`
  })
  const sql = `SELECT ${counts.map((count, index) => `${count} AS n${index}`).join(', ')}`
  const [row] = await queryable.query<Readonly<Record<string, number>>>(sql, values.all)
  return candidates.map((one, index) => ({ ...one, rows: row![`n${index}`]! }))
}

/** Returns SQL for the rows of a source within a range of ids. */
export function within({ id, from }: JobSource, { above, below }: IdRange, values: SqlValues): string {
  const bounds = [
    ...(above === '' ? [] : [` AND ${id} > ${values.add(above)}`]),
    ...(below === '~' ? [] : [` AND ${id} < ${values.add(below)}`]),
  ]
  return `${from(values)}${bounds.join('')}`
}

/** Returns the sources to choose from. The last ones may be many for a list. */
function candidatesFor(filter: InspectFilter, events: readonly string[] | undefined): JobSources[] {
  const { tenantId, reference, states, endedSince, endedUntil, errorText, errorGroup } = filter
  const tenant = tenantId === undefined ? undefined : storedText(tenantId)
  const isOther = tenant !== undefined
  const candidates: JobSources[] = []
  if (reference !== undefined) {
    const from = (values: SqlValues): string =>
      `{schema}.references x WHERE x.reference = ${values.add(storedText(reference))}`
    candidates.push({ sources: [{ id: 'x.job', from }], met: ['reference'], mustBeFew: isOther })
  }
  const found = states && stateSources(states, tenant)
  if (found) candidates.push({ ...found, met: [] })
  if (errorText !== undefined)
    candidates.push({ sources: [tenant === undefined ? failedRuns : failedOf(tenant)], met: [] })
  if (errorGroup !== undefined) {
    const from = (values: SqlValues): string => `{schema}.runs r WHERE r.error_group = ${values.add(errorGroup)}`
    candidates.push({ sources: [{ ...ofRun, from }], met: [], mustBeFew: isOther })
  }
  if (endedSince !== undefined || endedUntil !== undefined)
    candidates.push({ sources: endSources(filter), met: [], mustBeFew: true })
  if (tenant !== undefined) {
    const own = events?.map((event) =>
      jobs((values) => `j.event = ${values.add(event)} AND j.tenant = ${values.add(tenant)}`),
    )
    const all = [jobs((values) => `j.tenant = ${values.add(tenant)}`)]
    const isEvent = filter.event !== undefined
    candidates.push({ sources: own ?? all, met: ['tenantId', ...(isEvent ? (['event'] as const) : [])] })
  } else {
    if (events) {
      const sources = [jobs((values) => `j.event = ANY(${values.add(events)}::text[])`)]
      candidates.push({ sources, met: filter.event === undefined ? [] : ['event'], mustBeFew: true })
    }
    candidates.push({ sources: [jobs(() => 'true')], met: [] })
  }
  return candidates
}

/** Returns the events that a matching job can have, as they are stored. */
async function eventsOf(
  queryable: Queryable,
  { event, definitionId = '' }: Pick<InspectFilter, 'event' | 'definitionId'>,
): Promise<string[]> {
  if (event !== undefined) return [storedText(event)]
  const sql =
    'SELECT event FROM {schema}.handled WHERE definition = $1 UNION ' +
    'SELECT event FROM {schema}.definitions WHERE definition = $1 AND event IS NOT NULL'
  const rows = await queryable.query<{ event: string }>(sql, [storedText(definitionId)])
  const own = [cronEventOf(definitionId), ownEventOf(definitionId)].map((name) => storedText(name))
  return [...new Set([...rows.map((row) => row.event), ...own])]
}

/** Returns the jobs of events by their tenants. `undefined` if these are many. */
async function byTenant(
  queryable: Queryable,
  filter: InspectFilter,
  events: readonly string[],
  rows: number,
): Promise<ChosenSources | undefined> {
  const next = (after: string): string => `(SELECT min(tenant) FROM {schema}.jobs WHERE event = e.event${after})`
  const sql =
    'SELECT e.event, t.tenant FROM unnest($1::text[]) AS e (event) CROSS JOIN LATERAL (WITH RECURSIVE found (tenant) AS (' +
    `SELECT ${next('')} UNION ALL SELECT ${next(' AND tenant > found.tenant')} FROM found WHERE found.tenant IS NOT NULL` +
    `) SELECT tenant FROM found WHERE tenant IS NOT NULL LIMIT ${maxLanes + 1}) t LIMIT ${maxLanes + 1}`
  const lanes = await queryable.query<{ event: string; tenant: string }>(sql, [events])
  if (lanes.length > maxLanes) return undefined
  const source: JobSource = {
    ...jobs(() => 'j.event = l.event AND j.tenant = l.tenant'),
    lanes: (values) =>
      `unnest(${values.add(lanes.map(({ event }) => event))}::text[], ` +
      `${values.add(lanes.map(({ tenant }) => tenant))}::text[]) AS l (event, tenant)`,
  }
  return { sources: [source], met: filter.event === undefined ? [] : ['event'], rows }
}

const notHeld = "r.phase IS DISTINCT FROM 'held'"
/** Runs whose workers hold them. They are few. */
const heldRuns = (where: string): JobSource => openRuns(`r.worker IS NOT NULL AND ${where}`)
const waitingRuns = (state: JobState): JobSource => openRuns(`r.state = '${state}' AND ${notHeld}`)

/** Returns the jobs that may be in some states. `undefined` if one has no index. */
function stateSources(
  states: readonly JobState[],
  tenant: string | undefined,
): Pick<JobSources, 'sources' | 'mustBeFew'> | undefined {
  const isFailure = states.every((state) => state === 'failed' || state === 'retrying')
  if (tenant !== undefined && isFailure) return { sources: [failedOf(tenant)] }
  const sources = states.map((state) => sourcesIn(state))
  if (sources.some((some) => some === undefined)) return undefined
  return { sources: sources.flatMap((some) => some!), mustBeFew: tenant !== undefined }
}

function sourcesIn(state: JobState): JobSource[] | undefined {
  switch (state) {
    case 'completed':
      return undefined
    case 'running':
      return [heldRuns("r.state = 'running'"), waitingRuns(state)]
    case 'queued':
      return [waitingRuns(state), arrivals('(a.due_at IS NULL OR a.unclaimed)')]
    case 'scheduled':
      return [waitingRuns(state), arrivals('a.due_at IS NOT NULL AND NOT a.unclaimed')]
    case 'retrying':
      return [waitingRuns(state)]
    case 'unhandled':
      return [withoutRuns(state)]
    case 'cancelled':
      return [
        endedRuns("r.state = 'cancelled'"),
        waitingRuns(state),
        heldRuns("r.state = 'cancelled'"),
        withoutRuns(state),
      ]
    case 'failed':
    case 'superseded':
    case 'expired':
      return [endedRuns(`r.state = '${state}'`)]
  }
}

/** Runs with an error. */
const failedRuns: JobSource = { ...ofRun, from: () => '{schema}.runs r WHERE r.error IS NOT NULL' }

function failedOf(tenant: string): JobSource {
  return {
    ...ofRun,
    from: (values) => `{schema}.runs r WHERE r.tenant = ${values.add(tenant)} AND r.error IS NOT NULL`,
  }
}

/** Returns the jobs of a filter by the end of their runs, from the indexes of ends. */
function endSources({ endedSince, endedUntil }: InspectFilter): JobSource[] {
  const isIn = (column: string, values: SqlValues): string =>
    `${column} >= ${values.add(endedSince ?? 0)} AND ${column} < ${values.add(endedUntil ?? Number.MAX_SAFE_INTEGER)}`
  return [
    { ...ofRun, from: (values) => `{schema}.ended_runs r WHERE ${isIn('r.ended_at', values)}` },
    jobs((values) => isIn('j.ended_at', values)),
    heldRuns('r.ended_at IS NOT NULL'),
    waitingRuns('cancelled'),
  ]
}
