import { RequestFailedError } from '@cgk-platform/jobs-core'
import { type Clock, mapWithConcurrency, pause } from '@cgk-platform/jobs-core/provider'

import type { EngineQueue, ListedRun } from '../api/engine-shapes.ts'
import type { TriggerApi } from '../api/trigger-api.ts'
import { isAttemptRecord, readRecord } from '../wire/run-record.ts'
import { isTickTask } from '../wire/task-id.ts'

const lookAgainAfterMs = 1000
const mostInList = 100
/** A schedule's runs are made before their time, and a server may put them off by as much. */
const tickWithinMs = 60_000

/**
 * Those of some queues in which runs wait though none runs, then and a while later: nobody seems to take them. A queue
 * stays when its worker has gone.
 */
export async function findIdleQueues(
  queues: readonly EngineQueue[],
  api: TriggerApi,
  clock: Clock,
): Promise<EngineQueue[]> {
  const suspects = queues.filter(isIdle)
  if (suspects.length === 0) return []
  await pause(clock, lookAgainAfterMs)
  const still = await mapWithConcurrency(suspects, async ({ type, name }) => {
    const queue = await orNothing(api.queue(type, name))
    return queue && isIdle(queue) && (await hasDueRun(queue, api, clock.now())) ? queue : undefined
  })
  return still.filter((queue) => queue !== undefined)
}

function isIdle({ paused, queued, running }: EngineQueue): boolean {
  return !paused && queued > 0 && running === 0
}

/** Also runs that wait for their time are counted in a queue. A server without an index of runs cannot tell them apart. */
async function hasDueRun({ type, name }: EngineQueue, api: TriggerApi, now: number): Promise<boolean> {
  const query = { queue: { type, name }, status: 'QUEUED', limit: mostInList } as const
  const page = await orNothing(api.list(`list the runs of the queue ${name}`, query))
  return page === undefined || page.runs.some((run) => isDue(run, now))
}

/** The first look told whether Trigger.dev answers. */
async function orNothing<T>(asking: Promise<T>): Promise<T | undefined> {
  return asking.catch((error: unknown) => {
    if (RequestFailedError.isInstance(error)) return undefined
    throw error
  })
}

function isDue({ taskIdentifier, createdAt, metadata }: ListedRun, now: number): boolean {
  if (isTickTask(taskIdentifier)) return createdAt.getTime() + tickWithinMs <= now
  const record = readRecord(metadata)
  return !isAttemptRecord(record) || (record.retryAt ?? 0) <= now
}
