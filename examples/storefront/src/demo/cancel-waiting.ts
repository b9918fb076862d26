import type { JobClient } from '@cgk-platform/jobs'

const atOnce = 20

/** Cancels the jobs that still wait, so that a demo on a hosted engine leaves nothing behind; answers how many did. */
export async function cancelWaiting(client: JobClient, jobIds: readonly string[]): Promise<number> {
  let cancelled = 0
  for (let from = 0; from < jobIds.length; from += atOnce) {
    const statuses = await Promise.all(jobIds.slice(from, from + atOnce).map((id) => client.cancelJob(id)))
    // A job that has ended stays as it ended.
    cancelled += statuses.filter(({ state }) => state === 'cancelled').length
  }
  return cancelled
}
