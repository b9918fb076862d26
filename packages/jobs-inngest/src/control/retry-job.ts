import { JobNotVisibleError, RequestFailedError } from '@cgk-platform/jobs-core/errors'
import { elapsedOf, newestRuns, pause } from '@cgk-platform/jobs-core/provider'
import { retryableStates } from '@cgk-platform/jobs-core/scheduling'

import type { EngineEvent, EngineRun } from '../api/engine-shapes.ts'
import { type ClaimDependencies, claimRetry } from './claim-retry.ts'

const pauseMs = 20
const visibleWithinMs = 10_000

/**
 * Reruns the definitions whose newest run failed, and waits until the new runs are visible. Inngest creates a run for
 * every request, so this function reads the status first, and claims each failed run before it requests its rerun. Sends
 * the event of a job without runs again.
 *
 * @throws {RequestFailedError} if the new runs are not visible after 10 seconds.
 */
export async function retryJob(id: string, dependencies: ClaimDependencies): Promise<void> {
  const { api, reader } = dependencies
  const job = await reader.read(id)
  const found = await reader.runs(id)
  if (found.length === 0 && job && retryableStates.includes(job.state)) return sendAgain(id, dependencies)
  const failed = new Set(newestRuns(job?.runs ?? []).flatMap((run) => (run.state === 'failed' ? [run.id] : [])))
  if (failed.size === 0) return
  const runs = found.filter((run) => failed.has(run.id))
  const newRunIds = await Promise.all(
    runs.map(async (run) => {
      if (!(await claimRetry(id, run, dependencies))) return undefined
      const path = `/v2/runs/${run.id}/rerun`
      const answer = await api.post<{ data?: { runId?: string } }>(`retry the run ${run.id}`, path, [])
      return answer?.data?.runId
    }),
  )
  await awaitRuns(id, dependencies, {
    areVisible: (visible) => newRunIds.every((runId) => runId === undefined || visible.some((run) => run.id === runId)),
  })
}

/**
 * Sends the event of a job without runs again, with its id: Inngest starts one run of a function for an id, however many
 * processes send it.
 */
async function sendAgain(id: string, dependencies: ClaimDependencies): Promise<void> {
  const { api, postEvents } = dependencies
  const operation = `retry the job ${id}`
  // Inngest caches responses by URL. The reader's copy has no payload.
  const r = Math.random().toString(36).slice(2)
  const stored = await api.get<{ data?: EngineEvent | null }>(operation, `/v1/events/${id}`, { r })
  if (!stored?.data) throw new JobNotVisibleError({ jobId: id, provider: 'inngest', problem: 'it was not retried' })
  const posted = await postEvents.again(stored.data)
  if (!posted.ok) {
    const { problem, status, remedy } = posted.refusal.failure
    throw new RequestFailedError({ provider: 'inngest', operation, problem, status, remedy })
  }
  await awaitRuns(id, dependencies, {
    areVisible: (visible) => visible.length > 0,
    check: ' Check that the app is synced and the function is not paused.',
  })
}

async function awaitRuns(
  id: string,
  { clock, reader }: ClaimDependencies,
  { areVisible, check = '' }: { areVisible(runs: readonly EngineRun[]): boolean; readonly check?: string },
): Promise<void> {
  const until = elapsedOf(clock) + visibleWithinMs
  while (!areVisible(await reader.runs(id))) {
    if (elapsedOf(clock) >= until) {
      const problem = `the new runs are not visible after ${visibleWithinMs} ms`
      const remedy = `Inngest accepted the retry. Read the status again later.${check}`
      throw new RequestFailedError({ provider: 'inngest', operation: `retry the job ${id}`, problem, remedy })
    }
    await pause(clock, pauseMs)
  }
}
