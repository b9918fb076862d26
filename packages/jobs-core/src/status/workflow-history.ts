import { hasEncodedPayload, isEncoded } from '../codec/encoded.ts'
import type { JobErrorInfo } from '../errors/error-info.ts'
import { copyJson, type Json } from '../values/json.ts'
import type { JobDetails, RunDetails } from './job-details.ts'
import type { JobState } from './job-state.ts'
import type { StepKind, StepState, StepStatus } from './step-status.ts'

/** One step of a history. */
export interface HistoryStep {
  /** The step's id. Repeated ids are numbered: `charge`, `charge#2`. */
  readonly id: string
  /** Which method of `step` was called. */
  readonly kind: StepKind
  /** Its state. */
  readonly state: StepState
  /** When it ended, as an ISO date; absent before. */
  readonly endedAt?: string
  /** Its result; absent if it has none, or if it was removed. */
  readonly output?: Json
  /** Why its last attempt failed. */
  readonly error?: JobErrorInfo
}

/** The recorded steps of one run of a workflow, as JSON, to replay changed code over them. */
export interface WorkflowHistory {
  /** The version of this format. */
  readonly format: 1
  readonly jobId: string
  readonly runId: string
  readonly definitionId: string
  /** The version that the run began with; absent if it had none. */
  readonly version?: string
  readonly event: string
  readonly tenantId: string
  /** When the event was sent, as an ISO date. */
  readonly sentAt: string
  /** The payload; absent if it was removed, or if `step.restart` has replaced that of the job. */
  readonly payload?: Json
  /** The state of the run. */
  readonly state: JobState
  /** Why the run failed. */
  readonly error?: JobErrorInfo
  /** The steps, in the order of their calls. */
  readonly steps: readonly HistoryStep[]
}

/** Returns the histories of a job's runs that have steps. */
export function toWorkflowHistories(job: JobDetails): WorkflowHistory[] {
  return job.runs.flatMap((run) => (run.steps === undefined ? [] : [toHistory(job, run, run.steps)]))
}

function toHistory(
  { id, event, tenantId, createdAt, payload }: JobDetails,
  { id: runId, definitionId, version, restarts, state, error }: RunDetails,
  steps: readonly StepStatus[],
): WorkflowHistory {
  return {
    format: 1,
    jobId: id,
    runId,
    definitionId,
    ...(version !== undefined && { version }),
    event,
    tenantId,
    sentAt: createdAt.toISOString(),
    // After a restart, the run has another payload than the job.
    ...(isShown(payload) && restarts === undefined && { payload: copyJson(payload as Json) }),
    state,
    ...(error && { error: withoutStack(error) }),
    steps: steps.map(toHistoryStep),
  }
}

function toHistoryStep({ id, kind, state, endedAt, output, error }: StepStatus): HistoryStep {
  return {
    id,
    kind,
    state,
    ...(endedAt && { endedAt: endedAt.toISOString() }),
    ...(isShown(output) && { output: copyJson(output as Json) }),
    ...(error && { error: withoutStack(error) }),
  }
}

/** A value that the reader could not decode is missing like one that was removed. */
function isShown(value: unknown): boolean {
  return value !== undefined && !isEncoded(value) && !hasEncodedPayload(value)
}

/** A stack differs on each machine. */
function withoutStack({ stack: _, cause, ...error }: JobErrorInfo): JobErrorInfo {
  return { ...error, ...(cause && { cause: withoutStack(cause) }) }
}
