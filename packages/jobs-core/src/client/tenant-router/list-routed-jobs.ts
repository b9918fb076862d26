import { InvalidOptionError } from '../../errors/invalid-option-error.ts'
import { RequestFailedError } from '../../errors/request-failed-error.ts'
import { toErrorInfo } from '../../errors/error-info.ts'
import type { RoutedEngine } from './tenant-routes.ts'

/** The facts by which jobs of several engines are put in order. */
interface ListedJob {
  readonly id: string
  readonly createdAt: Date
}

/** One page of jobs. */
interface Page<Job> {
  readonly jobs: readonly Job[]
  readonly cursor?: string
  readonly searchedTo?: Date
}

/** A list of jobs that the engines of a router have. */
export interface RoutedList<Job> {
  /** Reads one page of an engine's list. Absent cursor: the first. */
  readonly read: (engine: RoutedEngine, cursor: string | undefined) => Promise<Page<Job>>
  /** The maximum number of jobs of a page, also of an engine's. */
  readonly limit: number
  /** The `cursor` of the previous page. */
  readonly cursor: string | undefined
  /** The order by the time of the send. */
  readonly order: 'newest' | 'oldest'
}

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
interface Source<Job> {
  readonly engine: RoutedEngine
  readonly jobs: Job[]
  position: Position
  readonly nextPosition: Position
  readonly hasNextPage: boolean
  /** The time up to which the page has searched. */
  readonly searchedTo: Date | undefined
}

/**
 * Lists the jobs of all engines in order. Reads one page of each engine. If an engine returned a short page, the result
 * also ends there, because later jobs of the others must come after that engine's next page.
 */
export async function listRoutedJobs<Job extends ListedJob>(
  engines: readonly RoutedEngine[],
  { read, limit, cursor, order }: RoutedList<Job>,
): Promise<Page<Job>> {
  const positions = cursor === undefined ? undefined : readCursor(cursor, engines)
  const open = engines.filter(({ name }) => !positions || Object.hasOwn(positions, name))
  const sign = order === 'newest' ? 1 : -1
  const sources = await Promise.all(open.map((engine) => readPage(engine, read, sign, positions?.[engine.name] ?? {})))
  const jobs: Job[] = []
  while (jobs.length < limit && sources.every((source) => source.jobs.length > 0 || !source.hasNextPage)) {
    const first = sources
      .filter((source) => source.jobs.length > 0)
      .reduce<Source<Job> | undefined>((one, other) => earlierInList(one, other, sign), undefined)
    if (!first) break
    const job = first.jobs.shift()!
    jobs.push(job)
    first.position = { ...first.position, after: { id: job.id, at: job.createdAt.getTime() } }
  }
  const lastAt = jobs.at(-1)?.createdAt.getTime()
  const next = Object.fromEntries(sources.flatMap((source) => toNextPosition(source, order, lastAt)))
  if (Object.keys(next).length === 0) return { jobs }
  const searchedTo = searchedToOf(sources, sign)
  return { jobs, cursor: JSON.stringify(next), ...(searchedTo && { searchedTo }) }
}

/** Returns the time up to which all engines were searched: of one that has more jobs, that of its last or of its page. */
function searchedToOf<Job extends ListedJob>(sources: readonly Source<Job>[], sign: Sign): Date | undefined {
  const times = sources.flatMap(({ jobs, searchedTo, hasNextPage }) =>
    jobs[0] ? jobs[0].createdAt : hasNextPage ? (searchedTo ?? []) : [],
  )
  return times.toSorted((a, b) => sign * (b.getTime() - a.getTime()))[0]
}

/** 1 if newer jobs come first, -1 if older ones do. */
type Sign = 1 | -1

function earlierInList<Job extends ListedJob>(
  one: Source<Job> | undefined,
  other: Source<Job>,
  sign: Sign,
): Source<Job> {
  if (!one) return other
  return sign * (one.jobs[0]!.createdAt.getTime() - other.jobs[0]!.createdAt.getTime()) >= 0 ? one : other
}

function toNextPosition<Job extends ListedJob>(
  { engine, jobs, position, nextPosition, hasNextPage }: Source<Job>,
  order: 'newest' | 'oldest',
  lastAt: number | undefined,
): [string, Position][] {
  if (jobs.length === 0) return hasNextPage ? [[engine.name, nextPosition]] : []
  if (position.page !== undefined || position.after !== undefined || lastAt === undefined || order === 'oldest') {
    return [[engine.name, position]]
  }
  // Jobs that are sent before the next call would begin the first page. They are newer than the last job, and than those
  // of the page, which the engine may list in another order than that of their times.
  const at = Math.max(lastAt, ...jobs.map(({ createdAt }) => createdAt.getTime()))
  return [[engine.name, { after: { at } }]]
}

async function readPage<Job extends ListedJob>(
  engine: RoutedEngine,
  read: RoutedList<Job>['read'],
  sign: Sign,
  position: Position,
): Promise<Source<Job>> {
  const { page, after } = position
  try {
    const { jobs: listed, cursor, searchedTo } = await read(engine, page)
    const isLast = (job: Job): boolean => job.id === after?.id
    const jobs = after ? jobsAfter(listed, after, sign) : [...listed]
    // New jobs may have moved the last job to the next page.
    const isPassed = after === undefined || jobs.length > 0 || listed.some(isLast)
    const nextPosition = { ...(isPassed ? {} : { after }), ...(cursor !== undefined && { page: cursor }) }
    return { engine, jobs, position, nextPosition, hasNextPage: cursor !== undefined, searchedTo }
  } catch (cause) {
    if (!RequestFailedError.isInstance(cause)) throw cause
    const problem = toErrorInfo(cause).message.replace(/\.$/, '')
    throw new RequestFailedError({ provider: engine.name, operation: 'list jobs', problem }, { cause })
  }
}

/**
 * Returns the jobs after one that was already returned. If it is gone, or new jobs have moved it to a later page, its
 * time decides.
 */
function jobsAfter<Job extends ListedJob>(jobs: readonly Job[], { id, at }: LastJob, sign: Sign): Job[] {
  const index = jobs.findIndex((job) => job.id === id)
  if (index >= 0) return jobs.slice(index + 1)
  return jobs.filter(({ createdAt, id: other }) => {
    if (createdAt.getTime() !== at) return sign * (at - createdAt.getTime()) > 0
    if (id === undefined || !isUlid(id) || !isUlid(other)) return true
    return sign === 1 ? other < id : other > id
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
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  return Object.entries(value as Record<string, unknown>).every(([name, position]) => {
    const { page, after, ...unknown } = (position ?? {}) as {
      page?: unknown
      after?: { id?: unknown; at?: unknown } | null
    }
    const isAfter =
      after === undefined || (typeof after?.at === 'number' && (after.id === undefined || typeof after.id === 'string'))
    const isPage = page === undefined || typeof page === 'string'
    const isKnown = typeof position === 'object' && Object.keys(unknown).length === 0
    return isKnown && isPage && isAfter && engines.some((engine) => engine.name === name)
  })
}
