import type { JobClient } from '@cgk-platform/jobs'

const batchSize = 20

/** Cancels waiting jobs, so that the demo leaves none on a hosted engine. Returns how many it cancelled. */
export async function cancelWaiting(client: JobClient, jobIds: readonly string[]): Promise<number> {
  let cancelled = 0
  for (let from = 0; from < jobIds.length; from += batchSize) {
    const statuses = await Promise.all(jobIds.slice(from, from + batchSize).map((id) => client.cancelJob(id)))
    // A job that has ended keeps its state.
    cancelled += statuses.filter(({ state }) => state === 'cancelled').length
  }
  return cancelled
}
