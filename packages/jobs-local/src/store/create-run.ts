import type { StoredJob, StoredRun, Subscriber } from './job-store.ts'
import { nextRunId } from './run-id.ts'

/** Creates the next run of a job, which waits for a slot. */
export function createRun(
  job: StoredJob,
  { definitionId, maxAttempts, priority = 0, compensateOnCancel = false }: Subscriber,
): StoredRun {
  const run: StoredRun = { id: nextRunId(job), job, definitionId, maxAttempts, state: 'queued', attempts: 0 }
  if (priority === 0 && !compensateOnCancel) return run
  return { ...run, ...(priority !== 0 && { priority }), ...(compensateOnCancel && { compensateOnCancel }) }
}
