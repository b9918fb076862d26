import type { JobClient } from '@cgk-platform/jobs'

/** Cancels the jobs that still wait, so that a demo on a hosted engine leaves nothing behind; answers how many did. */
export async function cancelWaiting(client: JobClient, jobIds: readonly string[]): Promise<number> {
  let cancelled = 0
  for (const id of jobIds) {
    // A job that has ended stays as it ended.
    const { state } = await client.cancelJob(id)
    if (state === 'cancelled') cancelled++
  }
  return cancelled
}
