import type { EngineRun, ListedRun } from '../api/engine-shapes.ts'
import { jobTagOf } from '../wire/tags.ts'
import { definitionOfTask, eventOfTask } from '../wire/task-id.ts'
import { eventPayloadOf } from './event-runs.ts'

/** Returns true if an id has the form of a run id. Trigger.dev returns other errors than 404 for malformed ids. */
export function isRunId(id: string): boolean {
  return /^run_[A-Za-z0-9]{1,64}$/.test(id)
}

/**
 * Returns true if a run represents a job: it runs an event's task for a tenant, and is not a manual retry.
 *
 * @param tenantId - the tenant of the job. Default: any
 */
export function isJob(run: EngineRun, tenantId?: string): boolean {
  if (eventOfTask(run.taskIdentifier) === undefined) return false
  const { envelope, retry } = eventPayloadOf(run)
  return retry === undefined && envelope.tenantId !== '' && envelope.tenantId === (tenantId ?? envelope.tenantId)
}

/** Returns true if a job's run started this run for a definition. A handler may start other runs. */
export function isRunOf({ taskIdentifier, tags }: ListedRun, jobId: string): boolean {
  return definitionOfTask(taskIdentifier) !== undefined && tags.includes(jobTagOf(jobId))
}

/** Returns a placeholder for a run that `parent` has started but that is not visible yet. */
export function notVisibleYet(
  id: string,
  taskIdentifier: string,
  { updatedAt, readAt }: Pick<EngineRun, 'updatedAt' | 'readAt'>,
): EngineRun {
  return { id, taskIdentifier, status: 'QUEUED', tags: [], createdAt: updatedAt, updatedAt, readAt, attemptCount: 0 }
}

/** Compares runs by their creation, oldest first. */
export function byAge(one: Pick<ListedRun, 'id' | 'createdAt'>, other: Pick<ListedRun, 'id' | 'createdAt'>): number {
  return one.createdAt.getTime() - other.createdAt.getTime() || (one.id < other.id ? -1 : 1)
}
