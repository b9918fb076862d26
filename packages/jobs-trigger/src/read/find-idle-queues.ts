import { RequestFailedError } from '@cgk-platform/jobs-core'
import { type Clock, mapWithConcurrency, pause } from '@cgk-platform/jobs-core/provider'

import type { EngineQueue, ListedRun } from '../api/engine-shapes.ts'
import type { TriggerApi } from '../api/trigger-api.ts'
import { isAttemptRecord, readRecord } from '../wire/run-record.ts'
import { isTickTask } from '../wire/task-id.ts'

const recheckAfterMs = 1000
const listLimit = 100
/** Maximum time between a tick run's creation and its start: the server creates it early, and may delay it. */
const maxTickDelayMs = 60_000

/**
 * Returns the queues that have waiting runs but no running one, at two checks one second apart. No worker seems to take
 * their runs: a queue still exists after its worker has disconnected.
 */
export async function findIdleQueues(
  queues: readonly EngineQueue[],
  api: TriggerApi,
  clock: Clock,
): Promise<EngineQueue[]> {
  const suspects = queues.filter(isIdle)
  if (suspects.length === 0) return []
  await pause(clock, recheckAfterMs)
  const idle = await mapWithConcurrency(suspects, async ({ type, name }) => {
    const queue = await ignoreFailure(api.queue(type, name))
    return queue && isIdle(queue) && (await hasDueRun(queue, api, clock.now())) ? queue : undefined
  })
  return idle.filter((queue) => queue !== undefined)
}

function isIdle({ paused, queued, running }: EngineQueue): boolean {
  return !paused && queued > 0 && running === 0
}

/**
 * Returns true if a queue has a run that is due. A queue's count includes runs that are scheduled for later. If the
 * server has no index of runs, every queue is assumed to have a due run.
 */
async function hasDueRun({ type, name }: EngineQueue, api: TriggerApi, now: number): Promise<boolean> {
  const query = { queue: { type, name }, status: 'QUEUED', limit: listLimit } as const
  const page = await ignoreFailure(api.list(`list the runs of the queue ${name}`, query))
  return page === undefined || page.runs.some((run) => isDue(run, now))
}

/** Returns `undefined` if a request fails. An earlier check has already reported whether Trigger.dev responds. */
async function ignoreFailure<T>(request: Promise<T>): Promise<T | undefined> {
  return request.catch((error: unknown) => {
    if (RequestFailedError.isInstance(error)) return undefined
    throw error
  })
}

function isDue({ taskIdentifier, createdAt, metadata }: ListedRun, now: number): boolean {
  if (isTickTask(taskIdentifier)) return createdAt.getTime() + maxTickDelayMs <= now
  const record = readRecord(metadata)
  return !isAttemptRecord(record) || (record.retryAt ?? 0) <= now
}
