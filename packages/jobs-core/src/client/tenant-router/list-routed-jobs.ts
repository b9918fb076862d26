import { InvalidOptionError } from '../../errors/invalid-option-error.ts'
import { RequestFailedError } from '../../errors/request-failed-error.ts'
import type { JobPage, ListQuery } from '../../provider/job-page.ts'
import { toErrorInfo } from '../../runs/error-info.ts'
import type { JobStatus } from '../../runs/job-status.ts'
import type { RoutedEngine } from './tenant-routes.ts'

/** The last job that was returned. Without an id, it was of another engine. */
interface LastJob {
  readonly id?: string
  readonly at: number
}

/** The position in one engine's list: a page, and the last job before it. Absent page: the first. */
interface Position {
  readonly page?: string
  readonly after?: LastJob | undefined
}

/** The positions in the lists of engines that have more jobs, by the engine's name. */
type Positions = Readonly<Record<string, Position>>

/** The jobs of one engine that were read and not returned yet. */
interface Source {
  readonly engine: RoutedEngine
  readonly jobs: JobStatus[]
  position: Position
  readonly nextPosition: Position
  readonly hasNextPage: boolean
}

/**
 * Lists the jobs of all engines, newest first. Reads one page of each engine. If an engine returned a short page, the
 * result also ends there, because older jobs of the others must come after that engine's next page.
 */
export async function listRoutedJobs(
  engines: readonly RoutedEngine[],
  { cursor, limit, ...filter }: ListQuery,
): Promise<JobPage> {
  const positions = cursor === undefined ? undefined : readCursor(cursor, engines)
  const open = engines.filter(({ name }) => !positions || Object.hasOwn(positions, name))
  const sources = await Promise.all(
    open.map((engine) => readPage(engine, { ...filter, limit }, positions?.[engine.name] ?? {})),
  )
  const jobs: JobStatus[] = []
  while (jobs.length < limit && sources.every((source) => source.jobs.length > 0 || !source.hasNextPage)) {
    const newest = sources.filter((source) => source.jobs.length > 0).reduce<Source | undefined>(newer, undefined)
    if (!newest) break
    const job = newest.jobs.shift()!
    jobs.push(job)
    newest.position = { ...newest.position, after: { id: job.id, at: job.createdAt.getTime() } }
  }
  const lastAt = jobs.at(-1)?.createdAt.getTime()
  const next = Object.fromEntries(sources.flatMap((source) => toNextPosition(source, lastAt)))
  return Object.keys(next).length === 0 ? { jobs } : { jobs, cursor: JSON.stringify(next) }
}

function newer(one: Source | undefined, other: Source): Source {
  return one && one.jobs[0]!.createdAt >= other.jobs[0]!.createdAt ? one : other
}

function toNextPosition(
  { engine, jobs, position, nextPosition, hasNextPage }: Source,
  lastAt: number | undefined,
): [string, Position][] {
  if (jobs.length === 0) return hasNextPage ? [[engine.name, nextPosition]] : []
  if (position.page !== undefined || position.after !== undefined || lastAt === undefined) {
    return [[engine.name, position]]
  }
  // Jobs that are sent before the next call would begin the first page. They are newer than the last job, and than those
  // of the page, which the engine may list in another order than that of their times.
  const at = Math.max(lastAt, ...jobs.map(({ createdAt }) => createdAt.getTime()))
  return [[engine.name, { after: { at } }]]
}

async function readPage(
  { name, client }: RoutedEngine,
  query: Omit<ListQuery, 'cursor'>,
  position: Position,
): Promise<Source> {
  const { page, after } = position
  try {
    const options = page === undefined ? query : { ...query, cursor: page }
    const read = await client.listJobs(options as Parameters<typeof client.listJobs>[0])
    const isLast = (job: JobStatus): boolean => job.id === after?.id
    const jobs = after ? jobsAfter(read.jobs, after) : [...read.jobs]
    // New jobs may have moved the last job to the next page.
    const isPassed = after === undefined || jobs.length > 0 || read.jobs.some(isLast)
    const nextPosition = { ...(isPassed ? {} : { after }), ...(read.cursor !== undefined && { page: read.cursor }) }
    return { engine: { name, client }, jobs, position, nextPosition, hasNextPage: read.cursor !== undefined }
  } catch (cause) {
    if (!RequestFailedError.isInstance(cause)) throw cause
    const problem = toErrorInfo(cause).message.replace(/\.$/, '')
    throw new RequestFailedError({ provider: name, operation: 'list jobs', problem }, { cause })
  }
}

/**
 * Returns the jobs after one that was already returned. If it is gone, or new jobs have moved it to a later page, its
 * time decides.
 */
function jobsAfter(jobs: readonly JobStatus[], { id, at }: LastJob): JobStatus[] {
  const index = jobs.findIndex((job) => job.id === id)
  if (index >= 0) return jobs.slice(index + 1)
  return jobs.filter(({ createdAt, id: other }) => {
    if (createdAt.getTime() !== at) return createdAt.getTime() < at
    return id === undefined || !isUlid(id) || !isUlid(other) || other < id
  })
}

/** Ids of this kind increase with the time of the send. */
function isUlid(id: string): boolean {
  return /^[0-9A-Z]{26}$/.test(id)
}

function readCursor(cursor: string, engines: readonly RoutedEngine[]): Positions {
  try {
    const positions = JSON.parse(cursor) as unknown
    if (isPositions(positions, engines)) return positions
  } catch {
    // handled below
  }
  throw new InvalidOptionError({
    option: 'cursor',
    problem: 'was not returned by `listJobs` of this router',
    remedy: 'Pass the `cursor` of the previous page unchanged.',
  })
}

function isPositions(value: unknown, engines: readonly RoutedEngine[]): value is Positions {
  if (typeof value !== 'object' || value === null) return false
  return Object.entries(value as Record<string, unknown>).every(([name, position]) => {
    const { page, after } = (position ?? {}) as { page?: unknown; after?: { id?: unknown; at?: unknown } | null }
    const isAfter =
      after === undefined || (typeof after?.at === 'number' && (after.id === undefined || typeof after.id === 'string'))
    const isPage = page === undefined || typeof page === 'string'
    return typeof position === 'object' && isPage && isAfter && engines.some((engine) => engine.name === name)
  })
}
