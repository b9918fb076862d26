import { type JobState, type RunStatus, isEnded } from '@cgk-platform/jobs-core'
import { type JobErrorInfo, toStepStatus } from '@cgk-platform/jobs-core/provider'

import type { EngineError, EngineRun } from '../api/engine-shapes.ts'
import { type AttemptRecord, isAttemptRecord, readRecord } from '../wire/run-record.ts'
import { readWorkflowRecord } from '../wire/workflow-metadata.ts'
import { runStateOf } from './run-state.ts'

/** What a run's status is made of, beside the run. */
export interface RunFacts {
  readonly definitionId: string
  /** As the send or the definition asks for it; the run's own record is believed before. */
  readonly maxAttempts: number | undefined
  readonly retryOf: string | undefined
}

/** A run that makes a definition's attempts, as the contract tells it. */
export function toRunStatus(run: EngineRun, { definitionId, maxAttempts: asked, retryOf }: RunFacts): RunStatus {
  const record = attemptRecordOf(run)
  // The server counts one that ends the run alone, after the last of ours took the process along.
  const limit = record?.maxAttempts ?? asked
  const attempts = Math.min(run.attemptCount, limit ?? run.attemptCount)
  const state = stateOf(run, record)
  const error = errorOf(run, state, record)
  const workflow = readWorkflowRecord(run.metadata)
  // What an attempt before had left says nothing of one whose process died.
  const waits = state === 'retrying' && record?.retryAt !== undefined && run.attemptCount === record.attempt
  return {
    id: run.id,
    definitionId,
    state,
    attempts,
    maxAttempts: limit ?? Math.max(1, attempts), // where nobody can tell, at least those that there were
    ...(waits && { nextAttemptAt: new Date(record.retryAt) }),
    ...(attempts > 0 && startedAtOf(run, record)),
    ...(isEnded(state) && { endedAt: endOf(run) }),
    ...(state === 'completed' && outputOf(run, record)),
    ...(error !== undefined && { error }),
    ...(workflow && { steps: workflow.steps.map(toStepStatus) }),
    ...(retryOf !== undefined && { retryOf }),
  }
}

/** What the host told of a run that makes attempts. */
export function attemptRecordOf({ metadata }: EngineRun): AttemptRecord | undefined {
  const record = readRecord(metadata)
  return isAttemptRecord(record) ? record : undefined
}

function startedAtOf({ startedAt }: EngineRun, record: AttemptRecord | undefined): Pick<RunStatus, 'startedAt'> {
  if (record) return { startedAt: new Date(record.startedAt) }
  return startedAt === undefined ? {} : { startedAt }
}

/** When a run ended. A cancelled one that is still under way in its process tells it later. */
export function endOf({ finishedAt, updatedAt }: EngineRun): Date {
  return finishedAt ?? updatedAt
}

function stateOf(run: EngineRun, record: AttemptRecord | undefined): JobState {
  const state = runStateOf(run)
  if (isEnded(state) || run.attemptCount === 0) return state
  // From 30 seconds on, and after the process had died, the next attempt is queued; before, the run just goes on.
  if (state === 'queued') return 'retrying'
  const hasNextBegun = run.attemptCount > (record?.attempt ?? 0)
  return record?.retryAt !== undefined && !hasNextBegun ? 'retrying' : state
}

function errorOf({ error }: EngineRun, state: JobState, record: AttemptRecord | undefined): JobErrorInfo | undefined {
  if (state === 'completed') return undefined
  if (state === 'failed' && !record?.failed) return toForeignError(error)
  if (record?.error === undefined) return undefined
  const stack = state === 'failed' || state === 'retrying' ? error?.stackTrace : undefined
  return { ...record.error, ...(stack !== undefined && { stack }) }
}

/** Of a run that Trigger.dev ended, or whose host had no time for a word. */
function toForeignError(error: EngineError | undefined): JobErrorInfo {
  const { name, message = 'Trigger.dev tells no reason.', stackTrace } = error ?? {}
  return { name: name ?? 'Error', message, ...(stackTrace !== undefined && { stack: stackTrace }) }
}

/** Trigger.dev cannot tell nothing from an empty text, nor carry JSON that has certain keys. */
function outputOf({ output }: EngineRun, record: AttemptRecord | undefined): Pick<RunStatus, 'output'> {
  switch (record?.output) {
    case 'none':
      return {}
    case 'empty text':
      return { output: '' }
    case 'json text':
      return { output: typeof output === 'string' ? parse(output) : output }
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
