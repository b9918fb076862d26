import { JobNotFoundError } from '../errors/job-not-found-error.ts'
import { forEachWithConcurrency } from '../runtime/map-with-concurrency.ts'
import type { JobPage, ListQuery } from '../status/job-page.ts'
import { isEnded } from '../status/job-state.ts'
import type { JobStatus } from '../status/job-status.ts'

/** The operations that `cancelJobs` needs. */
export interface CancelJobsDependencies {
  readonly list: (query: ListQuery) => Promise<JobPage>
  readonly cancel: (id: string) => Promise<JobStatus>
}

/** Cancels the listed jobs that have not ended. Returns their ids. @throws the first failure, after all other cancels. */
export async function cancelJobs(query: ListQuery, { list, cancel }: CancelJobsDependencies): Promise<string[]> {
  const open = new Set<string>()
  for (let cursor = query.cursor, isLast = false; !isLast; isLast = cursor === undefined) {
    const page = await list({ ...query, ...(cursor !== undefined && { cursor }) })
    for (const job of page.jobs) if (!isEnded(job.state)) open.add(job.id)
    cursor = page.cursor
  }
  const cancelled = new Set<string>()
  await forEachWithConcurrency([...open], async (id) => {
    const status = await cancel(id).catch(ignoreMissing)
    if (status?.state === 'cancelled') cancelled.add(id)
  })
  return [...open].filter((id) => cancelled.has(id))
}

/** A job that ended since it was listed may be deleted already. */
function ignoreMissing(error: unknown): undefined {
  if (!JobNotFoundError.isInstance(error)) throw error
}
