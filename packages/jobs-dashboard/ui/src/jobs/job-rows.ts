import type { ChangeJson, JobPageJson, JobSummaryJson } from '../../../src/api-types.ts'

/** The jobs of a list that was loaded page by page and follows changes of its newest jobs. */
export interface JobRows {
  /** In the order of the list. */
  readonly jobs: readonly JobSummaryJson[]
  /** Loads the next page; absent after the last one. */
  readonly cursor?: string | undefined
  /** The time of the send up to which the engine has searched; absent after the last page. */
  readonly searchedTo?: string | undefined
  /** Jobs that have come while the user looks further down, newest first. */
  readonly fresh: readonly JobSummaryJson[]
  /** True if more jobs came at once than the server watches, so that the list lacks some. */
  readonly hasGap?: boolean
  /** The newest jobs that the server watches. */
  readonly watched: ReadonlyMap<string, number>
}

/** No jobs. */
export const noRows: JobRows = { jobs: [], fresh: [], watched: new Map() }

/** The number of the newest jobs that the server watches. */
export const watchLimit = 100

const maxFresh = 1000

/** Adds the next page. A job that is already there stays where it is. */
export function addPage(rows: JobRows, page: JobPageJson): JobRows {
  const known = new Set(rows.jobs.map(({ id }) => id))
  const jobs = [...rows.jobs, ...page.jobs.filter(({ id }) => !known.has(id))]
  return { ...rows, jobs, cursor: page.cursor, searchedTo: page.searchedTo }
}

/**
 * Applies changes of the newest jobs. New ones go to the top, or to `fresh` while `isScrolled`.
 *
 * @param isFirst - the change has all watched jobs
 */
export function applyChange(rows: JobRows, change: ChangeJson, isFirst: boolean, isScrolled: boolean): JobRows {
  const watched = isFirst ? new Map<string, number>() : new Map(rows.watched)
  for (const id of change.removed) watched.delete(id)
  for (const job of change.jobs) watched.set(job.id, Date.parse(job.createdAt))
  // A full window has pushed older jobs out, and those still match. Newer ones that it lacks do not match any more.
  // The server may also not have searched further back.
  const pushedOut = watched.size >= watchLimit ? Math.min(...watched.values()) : Number.NEGATIVE_INFINITY
  const cutoff = Math.max(pushedOut, change.searchedTo ? Date.parse(change.searchedTo) : Number.NEGATIVE_INFINITY)
  const updates = new Map(change.jobs.map((job) => [job.id, job]))
  const keep = (job: JobSummaryJson) => watched.has(job.id) || Date.parse(job.createdAt) <= cutoff
  const update = (job: JobSummaryJson) => {
    const next = updates.get(job.id)
    updates.delete(job.id)
    return next ?? job
  }
  const jobs = rows.jobs.map(update).filter(keep)
  const fresh = rows.fresh.map(update).filter(keep)
  const last = rows.jobs.at(-1)
  const oldestLoaded = rows.cursor !== undefined && last ? Date.parse(last.createdAt) : Number.NEGATIVE_INFINITY
  const added = [...updates.values()].filter((job) => Date.parse(job.createdAt) >= oldestLoaded)
  const hasGap = rows.hasGap === true || (added.length >= watchLimit && rows.jobs.length > 0)
  return isScrolled
    ? { ...rows, hasGap, watched, jobs, fresh: newestFirst([...added, ...fresh]).slice(0, maxFresh) }
    : {
        ...rows,
        hasGap,
        watched,
        jobs: newestFirst([...added, ...fresh, ...jobs], added.length + fresh.length),
        fresh: [],
      }
}

/** Applies changes of jobs that are in the list, and adds none. */
export function updateJobs(rows: JobRows, { jobs }: ChangeJson): JobRows {
  const updates = new Map(jobs.map((job) => [job.id, job]))
  return { ...rows, jobs: rows.jobs.map((job) => updates.get(job.id) ?? job) }
}

/** Moves the fresh jobs to the top. */
export function showFresh(rows: JobRows): JobRows {
  return { ...rows, jobs: newestFirst([...rows.fresh, ...rows.jobs], rows.fresh.length), fresh: [] }
}

/** Sorts jobs, unless none was added. */
function newestFirst(jobs: JobSummaryJson[], added = jobs.length): JobSummaryJson[] {
  return added === 0
    ? jobs
    : jobs.toSorted((a, b) => (a.createdAt < b.createdAt ? 1 : a.createdAt > b.createdAt ? -1 : 0))
}
