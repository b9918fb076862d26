import { RequestFailedError } from '@cgk-platform/jobs-core'
import { elapsedOf, newestRuns, pause } from '@cgk-platform/jobs-core/provider'

import type { JobReader } from '../read/job-reader.ts'
import { type ClaimDependencies, claimRetry } from './claim-retry.ts'

const pauseMs = 20
const visibleWithinMs = 10_000

/**
 * Reruns the definitions whose newest run failed, and waits until the new runs are visible. Inngest creates a run for
 * every request, so this function reads the status first, and claims each failed run before it requests its rerun.
 *
 * @throws {RequestFailedError} if the new runs are not visible after 10 seconds.
 */
export async function retryJob(id: string, dependencies: ClaimDependencies): Promise<void> {
  const { api, clock, reader } = dependencies
  const job = await reader.read(id)
  const failed = new Set(newestRuns(job?.runs ?? []).flatMap((run) => (run.state === 'failed' ? [run.id] : [])))
  if (failed.size === 0) return
  const runs = (await reader.runs(id)).filter((run) => failed.has(run.id))
  const newRunIds = await Promise.all(
    runs.map(async (run) => {
      if (!(await claimRetry(id, run, dependencies))) return undefined
      const path = `/v2/runs/${run.id}/rerun`
      const answer = await api.post<{ data?: { runId?: string } }>(`retry the run ${run.id}`, path, [])
      return answer?.data?.runId
    }),
  )
  const until = elapsedOf(clock) + visibleWithinMs
  while (!(await areVisible(id, newRunIds, reader))) {
    if (elapsedOf(clock) >= until) {
      const problem = `the new runs are not visible after ${visibleWithinMs} ms`
      const remedy = 'Inngest accepted the retry. Read the status again later.'
      throw new RequestFailedError({ provider: 'inngest', operation: `retry the job ${id}`, problem, remedy })
    }
    await pause(clock, pauseMs)
  }
}

async function areVisible(id: string, newRunIds: readonly (string | undefined)[], reader: JobReader): Promise<boolean> {
  const visible = new Set((await reader.runs(id)).map((run) => run.id))
  return newRunIds.every((runId) => runId === undefined || visible.has(runId))
}
