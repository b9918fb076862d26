import { RequestFailedError } from '@cgk-platform/jobs-core/errors'
import { type Clock, pause } from '@cgk-platform/jobs-core/provider'
import { mapWithConcurrency } from '@cgk-platform/jobs-core/hosted'

import type { EngineQueue, ListedRun } from '../api/engine-shapes.ts'
import type { TriggerApi } from '../api/trigger-api.ts'
import { isAttemptRecord, readRecord } from '../wire/run-record.ts'
import { isTickTask } from '../wire/task-id.ts'
import { queueKey, readQueues } from './read-queues.ts'

const recheckAfterMs = 1000
const listLimit = 100
/** Keeps the address of a request short enough: a queue's name has up to 128 characters. */
const queuesPerList = 40
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
  const later = await ignoreFailure(readQueues(suspects, api))
  const idle = suspects.filter((queue) => {
    const now = later?.get(queueKey(queue))
    return now !== undefined && isIdle(now)
  })
  const parts = Array.from({ length: Math.ceil(idle.length / queuesPerList) }, (_, index) =>
    idle.slice(index * queuesPerList, (index + 1) * queuesPerList),
  )
  return (await mapWithConcurrency(parts, (part) => withDueRun(part, api, clock.now()))).flat()
}

function isIdle({ paused, queued, running }: EngineQueue): boolean {
  return !paused && queued > 0 && running === 0
}

/**
 * Returns the queues that have a run that is due. A queue's count includes runs that are scheduled for later. If the
 * server has no index of runs, every queue is assumed to have a due run.
 */
async function withDueRun(queues: readonly EngineQueue[], api: TriggerApi, now: number): Promise<EngineQueue[]> {
  const names = queues.map(({ type, name }) => ({ type, name }))
  const query = { queues: names, status: 'QUEUED', limit: listLimit } as const
  const page = await ignoreFailure(api.list('list the waiting runs', query))
  if (page === undefined) return [...queues]
  // A queue of this library is named after the task of its runs.
  const due = new Set(page.runs.filter((run) => isDue(run, now)).map(({ taskIdentifier }) => taskIdentifier))
  const rest = page.next === undefined || queues.length === 1 ? [] : queues.filter(({ name }) => !due.has(name))
  const found = await mapWithConcurrency(rest, (queue) => withDueRun([queue], api, now))
  return [...queues.filter(({ name }) => due.has(name)), ...found.flat()]
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
