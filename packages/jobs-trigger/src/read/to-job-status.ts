import { type Definition, type JobState, type JobStatus, type RunStatus, isEnded } from '@cgk-platform/jobs-core'
import {
  cronJobIdOf,
  type JobRegistry,
  jobStateOf,
  jobStatusOf,
  maxAttemptsOf,
  newestRuns,
} from '@cgk-platform/jobs-core/provider'

import type { EngineRun } from '../api/engine-shapes.ts'
import { readRunPayload } from '../wire/payload.ts'
import { eventPayloadOf, type EventRun, type EventRuns } from './event-runs.ts'
import { definitionOfTask } from '../wire/task-id.ts'
import { runStateOf } from './run-state.ts'
import { attemptRecordOf, endOf, toRunStatus } from './to-run-status.ts'

/**
 * The `definitionId` of a run that failed before its host recorded its definition: the host could not start the
 * definitions' runs, or its process was killed at once. A retry of the job runs every definition that has no run. No
 * definition can have this id.
 */
export const unknownDefinition = '?'

/**
 * Converts a job's runs to its status.
 *
 * @param jobs - the definitions known to the reader; a process that only sends knows none
 */
export function toJobStatus(eventRuns: EventRuns, jobs: JobRegistry | undefined): JobStatus {
  const [{ run: root }] = eventRuns
  const { event, tenantId, sentAt, runAt } = eventPayloadOf(root).envelope
  const runs = eventRuns.flatMap((eventRun, index) => toRunStatuses(eventRun, eventRuns[index + 1], jobs))
  const state = toJobState(eventRuns, runs)
  const endedAt = isEnded(state) ? Math.max(...eventRuns.map(({ run }) => endOf(run).getTime())) : undefined
  return jobStatusOf({ id: root.id, event, tenantId, sentAt, runAt, state, endedAt }, runs)
}

function toRunStatuses(eventRun: EventRun, next: EventRun | undefined, jobs: JobRegistry | undefined): RunStatus[] {
  const { envelope, retry } = eventPayloadOf(eventRun.run)
  const toStatus = (run: EngineRun, definitionId: string, retryOf: string | undefined): RunStatus => {
    const definition = definitionOf(definitionId, jobs)
    const known = definition !== undefined || envelope.maxAttempts !== undefined
    const maxAttempts = known ? maxAttemptsOf(envelope, definition) : undefined
    return toRunStatus(run, { definitionId, maxAttempts, retryOf })
  }
  const own = ownDefinitionId(eventRun, next, jobs)
  return [
    ...(own === undefined ? [] : [toStatus(eventRun.run, own, retry?.runs[own])]),
    ...eventRun.children.map((child) =>
      toStatus(
        child,
        definitionOfTask(child.taskIdentifier) ?? unknownDefinition,
        readRunPayload(child.payload)?.retryOf,
      ),
    ),
  ]
}

/** Returns the id of the definition that an event's run executes itself, or `undefined` if it executes none. */
function ownDefinitionId(
  { run, children }: EventRun,
  next: EventRun | undefined,
  jobs: JobRegistry | undefined,
): string | undefined {
  const record = attemptRecordOf(run)
  if (record) return record.definition
  if (runStateOf(run) !== 'failed') return undefined
  const { envelope } = eventPayloadOf(run)
  if (next) {
    // The retry either names the definition of this run, or runs all definitions that have no run and replaces this
    // one.
    const { runs = {} } = eventPayloadOf(next.run).retry ?? {}
    return Object.keys(runs).find((id) => runs[id] === run.id)
  }
  const [only, ...others] = definitionsOf(envelope.event, jobs)
  return only && others.length + children.length === 0 ? only.id : unknownDefinition
}

function definitionsOf(event: string, jobs: JobRegistry | undefined): readonly Definition[] {
  const cronJobId = cronJobIdOf(event)
  const cronJob = cronJobId === undefined ? undefined : jobs?.get(cronJobId)
  return cronJob ? [cronJob] : (jobs?.subscribers(event) ?? [])
}

function definitionOf(id: string, jobs: JobRegistry | undefined): Definition | undefined {
  return id === unknownDefinition ? undefined : jobs?.get(id)
}

/** Returns the state of a job: that of its runs, corrected by the state of the newest event run. */
function toJobState(eventRuns: EventRuns, runs: readonly RunStatus[]): JobState {
  const { run, children } = eventRuns.at(-1)!
  const state = jobStateOf(runs)
  if (attemptRecordOf(run)) return state
  const eventState = runStateOf(run)
  switch (eventState) {
    case 'scheduled':
    case 'queued':
    case 'running': // about to start runs, or to record its definition
      if (newestRuns(runs).some((one) => !isEnded(one.state))) return state
      return children.length > 0 ? 'running' : eventState === 'scheduled' ? 'scheduled' : 'queued'
    case 'cancelled':
    case 'expired':
      return eventState
    default:
      return state
  }
}
