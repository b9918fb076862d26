import type { BatchBounds } from '../rules/batch-bounds.ts'
import { type Gather, type QueuedRun, type StoredJob, nextRunId } from './stored-run.ts'
import type { Subscriber } from './subscriber.ts'

/** Creates the next run of a job, which waits for a slot. */
export function createRun(job: StoredJob, subscriber: Subscriber): QueuedRun {
  const { definitionId, maxAttempts, priority = 0, compensateOnCancel = false } = subscriber
  const { concurrencyKey, throttleKey, debounceKey } = subscriber
  const run: QueuedRun = { id: nextRunId(job), job, definitionId, maxAttempts, state: 'queued', attempts: 0 }
  if (subscriber.batch) run.gather = gatherOf(job, subscriber.batch)
  const isKeyed = concurrencyKey !== undefined || throttleKey !== undefined || debounceKey !== undefined
  if (priority === 0 && !compensateOnCancel && !isKeyed) return run
  return {
    ...run,
    ...(priority !== 0 && { priority }),
    ...(compensateOnCancel && { compensateOnCancel }),
    ...(concurrencyKey !== undefined && { concurrencyKey }),
    ...(throttleKey !== undefined && { throttleKey }),
    ...(debounceKey !== undefined && { debounceKey }),
  }
}

/** The wait counts from when the job was due. */
function gatherOf({ envelope: { runAt, sentAt } }: StoredJob, { maxSize, maxWaitMs }: BatchBounds): Gather {
  return { maxSize, until: (runAt ?? sentAt) + maxWaitMs }
}
