import { RunStatus } from '@trigger.dev/core/v3'
import { parseNaturalLanguageDurationInMs } from '@trigger.dev/core/v3/isomorphic'

import type { Engine } from './engine.ts'
import type { Run } from './run.ts'
import { apiStatus } from './run-view.ts'
import { ServiceError } from './service-error.ts'

const defaultSize = 25
const defaultPeriod = '7d' // without a time filter, the list has the last week

/** A page of a list with the cursors of the next and previous page. */
export interface RunPage {
  readonly runs: readonly Run[]
  readonly next: string | undefined
  readonly previous: string | undefined
}

/** Lists the runs that matched a query a while ago, newest first. */
export function listRuns(engine: Engine, query: URLSearchParams): RunPage {
  const size = Number(query.get('page[size]') ?? defaultSize)
  if (!Number.isInteger(size) || size < 1 || size > 100) throw new ServiceError('Query Error', 400)
  const matches = [...fieldFilters(engine, query), timeFilter(engine, query)]
  const found = engine.replica
    .runs()
    .filter((run) => matches.every((match) => match(run)))
    .toSorted((a, b) => compare(keyOf(b), keyOf(a)))
  const [after, before] = [query.get('page[after]'), query.get('page[before]')]
  const rest = found
    .filter((run) => !after || compareWithCursor(run, after) < 0)
    .filter((run) => !before || compareWithCursor(run, before) > 0)
  const listed = before ? rest.slice(-size) : rest.slice(0, size)
  const [first, last] = [listed[0], listed.at(-1)]
  return {
    runs: readCurrent(engine, listed, query),
    next: last && found.at(-1) !== last ? cursorOf(last) : undefined,
    previous: first && found[0] !== first ? cursorOf(first) : undefined,
  }
}

/** Reads listed runs from the current store. Like the server, then filters them by status again. */
function readCurrent({ runs }: Engine, listed: readonly Run[], query: URLSearchParams): Run[] {
  const statuses = query.get('filter[status]')?.split(',')
  const current = listed.map(({ friendlyId }) => runs.find(friendlyId)!)
  return current.filter((run) => statuses?.includes(apiStatus(run)) ?? true)
}

function fieldFilters({ workers }: Engine, query: URLSearchParams): ((run: Run) => boolean)[] {
  const fields: Readonly<Record<string, (run: Run) => readonly (string | undefined)[]>> = {
    status: (run) => [apiStatus(run)],
    taskIdentifier: (run) => [run.taskIdentifier],
    tag: (run) => run.tags,
    version: (run) => [workers.byId(run.workerId ?? '')?.version],
    queue: (run) => [run.queue],
    batch: (run) => [run.batchId],
    schedule: (run) => [run.scheduleId],
    isTest: (run) => [String(run.isTest)],
  }
  const statuses = query.get('filter[status]')?.split(',') ?? []
  if (statuses.some((status) => !RunStatus.safeParse(status).success)) throw new ServiceError('Query Error', 400)
  return Object.entries(fields).flatMap(([name, read]) => {
    const wanted = query.get(`filter[${name}]`)?.split(',')
    return wanted ? [(run: Run) => read(run).some((value) => value !== undefined && wanted.includes(value))] : []
  })
}

/** Returns the time range of a query. A period takes precedence over start and end; the default is a week. */
function timeFilter({ now }: Engine, query: URLSearchParams): (run: Run) => boolean {
  const [from, to] = ['from', 'to'].map((name) => {
    const value = query.get(`filter[createdAt][${name}]`)
    const time = value === null ? undefined : new Date(Number.isNaN(Number(value)) ? value : Number(value)).getTime()
    if (Number.isNaN(time)) throw new ServiceError('Query Error', 400)
    return time
  })
  const period = query.get('filter[createdAt][period]')
  if (period === null && (from ?? to) !== undefined) {
    return ({ createdAt }) => createdAt.getTime() >= (from ?? 0) && createdAt.getTime() <= (to ?? Infinity)
  }
  const periodMs = parseNaturalLanguageDurationInMs(period ?? defaultPeriod) ?? Infinity
  return ({ createdAt }) => createdAt.getTime() >= now().getTime() - periodMs
}

/** Returns a key that sorts by creation time, then by id. */
function keyOf({ createdAt, id }: Pick<Run, 'createdAt' | 'id'>): string {
  return `${String(createdAt.getTime()).padStart(16, '0')}_${id}`
}

/** Returns a cursor as the server's `runsCursor.server.ts` encodes it. */
function cursorOf({ createdAt, id }: Run): string {
  return Buffer.from(JSON.stringify({ c: createdAt.getTime(), r: id })).toString('base64url')
}

/** Compares a run with a cursor. Like the server, takes any other string for the id of a run, as in older cursors. */
function compareWithCursor(run: Run, cursor: string): number {
  const [, at, id] = /^\{"c":(\d+),"r":"(.+)"\}$/.exec(Buffer.from(cursor, 'base64url').toString()) ?? []
  if (at === undefined || id === undefined) return compare(run.id, cursor)
  return compare(keyOf(run), keyOf({ createdAt: new Date(Number(at)), id }))
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b)
}
