import type { EngineRun } from '../api/engine-shapes.ts'
import { type EventPayload, readEventPayload } from '../wire/payload.ts'
import { eventOfTask } from '../wire/task-id.ts'

/** An event's run with the runs that it started. The run is the job's own, or that of a manual retry. */
export interface EventRun {
  readonly run: EngineRun
  /** Runs of the definitions' own tasks, oldest first. */
  readonly children: readonly EngineRun[]
}

/** All runs of a job: its own event run, then one for each manual retry, oldest first. */
export type EventRuns = readonly [EventRun, ...EventRun[]]

/** Reads the payload of an event's run. */
export function eventPayloadOf({ payload, taskIdentifier, id, createdAt }: EngineRun): EventPayload {
  return readEventPayload(payload, eventOfTask(taskIdentifier) ?? taskIdentifier, id, createdAt.getTime())
}
