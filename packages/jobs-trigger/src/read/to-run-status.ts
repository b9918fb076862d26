import { type JobState, type RunStatus, isEnded } from '@cgk-platform/jobs-core'
import { type JobErrorInfo, toWorkflowStatus } from '@cgk-platform/jobs-core/provider'

import type { EngineError, EngineRun } from '../api/engine-shapes.ts'
import { hasCancelMark } from '../wire/cancel-mark.ts'
import { type AttemptRecord, isAttemptRecord, readRecord } from '../wire/run-record.ts'
import { readWorkflowRecord } from '../wire/workflow-metadata.ts'
import { runStateOf } from './run-state.ts'

/** Facts about a run that its stored form does not contain. */
export interface RunStatusContext {
  readonly definitionId: string
  /** The limit of the send or of the definition. The run's own record takes precedence. */
  readonly maxAttempts: number | undefined
  readonly retryOf: string | undefined
  /** Whether `cancelJob` cancelled the run, or the run that started it. */
  readonly isCancelRequested: boolean
}

/** Converts a run that makes a definition's attempts to its status. */
export function toRunStatus(run: EngineRun, context: RunStatusContext): RunStatus {
  const { definitionId, maxAttempts, retryOf, isCancelRequested } = context
  const record = attemptRecordOf(run)
  // If the process died in the last attempt, the server also counts the extra attempt that only ends the run.
  const limit = record?.maxAttempts ?? maxAttempts
  const state = stateOf(run, record, isCancelRequested)
  const attemptCount = state === 'cancelled' && record?.retryAt !== undefined ? record.attempt : run.attemptCount
  const attempts = Math.min(attemptCount, limit ?? attemptCount)
  const error = run.isListed && state === 'failed' && !record?.failed ? undefined : errorOf(run, state, record)
  const workflow = readWorkflowRecord(run.metadata)
  // A record of an earlier attempt says nothing about an attempt whose process died.
  const waits = state === 'retrying' && record?.retryAt !== undefined && run.attemptCount === record.attempt
  return {
    id: run.id,
    definitionId,
    state,
    attempts,
    maxAttempts: limit ?? Math.max(1, attempts), // if unknown, at least the attempts that were made
    ...(waits && { nextAttemptAt: new Date(record.retryAt) }),
    ...(attempts > 0 && startedAtOf(run, record)),
    ...(isEnded(state) && { endedAt: endOf(run) }),
    ...(state === 'completed' && outputOf(run, record)),
    ...(error !== undefined && { error }),
    ...(workflow && toWorkflowStatus(workflow, !isEnded(state))),
    ...(retryOf !== undefined && { retryOf }),
  }
}

/** Returns the host's record of a run that makes attempts, or `undefined` if there is none. */
export function attemptRecordOf({ metadata }: EngineRun): AttemptRecord | undefined {
  const record = readRecord(metadata)
  return isAttemptRecord(record) ? record : undefined
}

function startedAtOf({ startedAt }: EngineRun, record: AttemptRecord | undefined): Pick<RunStatus, 'startedAt'> {
  if (record) return { startedAt: new Date(record.startedAt) }
  return startedAt === undefined ? {} : { startedAt }
}

/** Returns when a run ended. `finishedAt` is absent while a cancelled run still executes in its process. */
export function endOf({ finishedAt, updatedAt }: EngineRun): Date {
  return finishedAt ?? updatedAt
}

function stateOf(run: EngineRun, record: AttemptRecord | undefined, isCancelRequested: boolean): JobState {
  const state = runStateOf(run, isCancelRequested)
  if (isEnded(state) || run.attemptCount === 0) return state
  // The next attempt is queued if its delay is 30 s or more, or if the process died. Otherwise the run keeps executing.
  if (state === 'queued') return 'retrying'
  const hasNextBegun = run.attemptCount > (record?.attempt ?? 0)
  // The host ends an attempt that Trigger.dev starts after the cancel. It records nothing.
  if (hasNextBegun && record?.retryAt !== undefined && hasCancelMark(run.metadata)) return 'cancelled'
  return record?.retryAt !== undefined && !hasNextBegun ? 'retrying' : state
}

function errorOf({ error }: EngineRun, state: JobState, record: AttemptRecord | undefined): JobErrorInfo | undefined {
  if (state === 'completed') return undefined
  if (state === 'failed' && !record?.failed) return toEngineError(error)
  if (record?.error === undefined) return undefined
  const stack = state === 'failed' || state === 'retrying' ? error?.stackTrace : undefined
  return { ...record.error, ...(stack !== undefined && { stack }) }
}

/** Returns Trigger.dev's error of a run that it ended, or whose host could not write a record. */
function toEngineError(error: EngineError | undefined): JobErrorInfo {
  const { name, message = 'Trigger.dev reports no reason.', stackTrace } = error ?? {}
  return { name: name ?? 'Error', message, ...(stackTrace !== undefined && { stack: stackTrace }) }
}

/** Restores the output that a handler returned, by what the record says about its stored form. */
function outputOf({ output }: EngineRun, record: AttemptRecord | undefined): Pick<RunStatus, 'output'> {
  switch (record?.output) {
    case 'none':
      return {}
    case 'empty text':
      return { output: '' }
    case 'json text':
      return output === undefined ? {} : { output: typeof output === 'string' ? parse(output) : output }
    case 'whole':
    case undefined:
      return output === undefined ? {} : { output }
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
