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
import { hasCancelMark } from '../wire/cancel-mark.ts'
import { readRunPayload } from '../wire/payload.ts'
import { eventPayloadOf, type EventRun, type EventRuns } from './event-runs.ts'
import { readRecord } from '../wire/run-record.ts'
import { definitionOfTask } from '../wire/task-id.ts'
import { inlineDefinition, runsInline } from './inline-definition.ts'
import { isRestarted } from './newest-run.ts'
import { runStateOf } from './run-state.ts'
import { attemptRecordOf, endOf, toRunStatus } from './to-run-status.ts'

/**
 * The `definitionId` of a failed run whose host has not recorded its definition: the host could not start the
 * definitions' runs, or its process was killed at once. A retry of the job runs every definition that has no run. No
 * definition can have this id.
 */
export const unknownDefinition = '?'

/**
 * Time after which an event's run that executes without a record makes an attempt whose handler blocks the process, in
 * milliseconds. Otherwise it records its definition, or the runs that it started.
 */
const recordLimitMs = 2000

/** Facts that a reader adds to the runs. */
export interface ReaderContext {
  /** The definitions known to the reader; a process that only sends knows none. */
  readonly jobs: JobRegistry | undefined
}

/** Converts a job's runs to its status. */
export function toJobStatus(eventRuns: EventRuns, context: ReaderContext): JobStatus {
  const [{ run: root }] = eventRuns
  const runs = eventRuns.flatMap((eventRun, index) => toRunStatuses(eventRun, eventRuns[index + 1], context))
  const state = toJobState(eventRuns, runs)
  const endedAt = isEnded(state) ? Math.max(...eventRuns.map(({ run }) => endOf(run).getTime())) : undefined
  return jobStatusOf({ ...eventPayloadOf(root).envelope, id: root.id, state, endedAt }, runs)
}

function toRunStatuses(eventRun: EventRun, next: EventRun | undefined, context: ReaderContext): RunStatus[] {
  const { jobs } = context
  const { envelope, retry } = eventPayloadOf(eventRun.run)
  const toStatus = (run: EngineRun, definitionId: string, retryOf: string | undefined): RunStatus => {
    const definition = definitionOf(definitionId, jobs)
    const known = definition !== undefined || envelope.maxAttempts !== undefined
    const maxAttempts = known ? maxAttemptsOf(envelope, definition) : undefined
    const isCancelRequested = hasCancelMark(run.metadata) || hasCancelMark(eventRun.run.metadata)
    return toRunStatus(run, { definitionId, maxAttempts, retryOf, isCancelRequested })
  }
  const own = ownDefinitionId(eventRun, next, context)
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
function ownDefinitionId(eventRun: EventRun, next: EventRun | undefined, context: ReaderContext): string | undefined {
  const { run, children } = eventRun
  const record = attemptRecordOf(run)
  if (record) return isRestarted(run) ? undefined : record.definition
  if (eventStateOf(run) !== 'failed' && !isBlocked(eventRun, context)) return undefined
  const { envelope } = eventPayloadOf(run)
  if (next) {
    // The retry either names the definition of this run, or runs all definitions that have no run and replaces this
    // one.
    const { runs = {} } = eventPayloadOf(next.run).retry ?? {}
    return Object.keys(runs).find((id) => runs[id] === run.id)
  }
  const [only, ...others] = definitionsOf(envelope.event, context.jobs)
  return only && others.length + children.length === 0 ? only.id : unknownDefinition
}

/** Returns true if an event's run, which neither must nor does start runs, is late with its record. */
function isBlocked({ run, children }: EventRun, { jobs }: ReaderContext): boolean {
  const { status, metadata, updatedAt, readAt } = run
  if (status !== 'EXECUTING' || children.length > 0 || readRecord(metadata) !== undefined) return false
  const payload = eventPayloadOf(run)
  if (!runsInline(payload) || readAt.getTime() - updatedAt.getTime() <= recordLimitMs) return false
  // Without the definition it may just as well start runs, which takes as long on a busy server.
  const { event } = payload.envelope
  return inlineDefinition(event, definitionsOf(event, jobs)) !== undefined
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
  const eventState = eventStateOf(run)
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
      return runs.length === 0 && !isUnhandled(run) ? 'completed' : state
  }
}

/** Returns true if an event's run recorded that it started no runs, and that no workflow waited for the event. */
function isUnhandled({ metadata }: EngineRun): boolean {
  const record = readRecord(metadata)
  return record !== undefined && 'dispatched' in record && record.awaited !== true
}

function eventStateOf(run: EngineRun): JobState {
  return runStateOf(run, hasCancelMark(run.metadata))
}
