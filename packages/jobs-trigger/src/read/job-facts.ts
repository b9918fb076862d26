import type { EngineRun } from '../api/engine-shapes.ts'
import { type EventPayload, readEventPayload } from '../wire/payload.ts'
import { eventOfTask } from '../wire/task-id.ts'

/** One event's run with the runs that it made: the job's own, or that of a retry. */
export interface JobLink {
  readonly run: EngineRun
  /** Runs of definitions' own tasks, in the order in which they were made. */
  readonly children: readonly EngineRun[]
}

/** Everything that was read of a job: its own link, and one for each retry, oldest first. */
export type JobLinks = readonly [JobLink, ...JobLink[]]

/** What an event's run was asked to do. */
export function askedOf({ payload, taskIdentifier, id, createdAt }: EngineRun): EventPayload {
  return readEventPayload(payload, eventOfTask(taskIdentifier) ?? taskIdentifier, id, createdAt.getTime())
}
