import { RequestFailedError } from '@cgk-platform/jobs-core'
import { type Clock, newestRuns, pause } from '@cgk-platform/jobs-core/provider'

import type { EngineApi } from '../api/engine-api.ts'
import type { JobReader } from '../read/job-reader.ts'

/** What running again stands on. */
export interface RetryParts {
  readonly api: EngineApi
  readonly clock: Clock
  readonly reader: JobReader
}

const pauseMs = 20
const visibleWithinMs = 10_000

/**
 * Runs the definitions again whose newest run failed, and waits until the new runs are visible. Inngest makes a run for
 * every time that it is asked, so it is asked only for what is failed by a look just before.
 */
export async function retryJob(id: string, { api, clock, reader }: RetryParts): Promise<void> {
  const job = await reader.read(id)
  const failed = newestRuns(job?.runs ?? []).filter(({ state }) => state === 'failed')
  const made = await Promise.all(
    failed.map(async (run) => {
      const path = `/v2/runs/${run.id}/rerun`
      const answer = await api.post<{ data?: { runId?: string } }>(`the retry of the run ${run.id}`, path, [])
      return answer?.data?.runId
    }),
  )
  const until = clock.now() + visibleWithinMs
  while (!(await areVisible(id, made, reader))) {
    if (clock.now() >= until) {
      const problem = 'the new runs do not become visible'
      const remedy = 'They were accepted: read the status again after a while.'
      throw new RequestFailedError({ provider: 'inngest', operation: `the retry of ${id}`, problem, remedy })
    }
    await pause(clock, pauseMs)
  }
}

async function areVisible(id: string, made: readonly (string | undefined)[], reader: JobReader): Promise<boolean> {
  const visible = new Set((await reader.runs(id)).map((run) => run.id))
  return made.every((runId) => runId === undefined || visible.has(runId))
}
