import { type JobStatus, isEnded } from '@cgk-platform/jobs-core'
import type { JobSummary } from '@cgk-platform/jobs-core/inspect'
import { summarizeRuns } from '@cgk-platform/jobs-core/provider'

import type { EngineRun } from '../api/engine-shapes.ts'
import { type JobFacts, toJobStatus } from '../read/to-job-status.ts'
import type { RunTimes } from '../read/run-times.ts'
import { listedWorkflowFacts } from '../read/to-listed-state.ts'
import { readCompletedRecord, readFailedRecord } from '../wire/attempt-record.ts'
import { isWorkflowName } from '../wire/workflow-name.ts'

/** Converts an event and its runs, as lists of Inngest show them, to a status. Some of its times are not exact. */
export function toListedStatus(facts: Omit<JobFacts, 'times' | 'workflows'>): JobStatus {
  const { runs } = facts
  return toJobStatus({ ...facts, times: runs.map(listedTimesOf), workflows: runs.map(listedWorkflowFacts) })
}

/** Converts a listed status to a summary. Omits what lists of Inngest do not tell. */
export function toJobSummary(status: JobStatus, runs: readonly EngineRun[]): JobSummary {
  const { id, event, tenantId, references, state, createdAt, scheduledFor, endedAt } = status
  const starts = allKnown(runs.filter(({ status: its }) => its !== 'QUEUED').map(recordedStartOf))
  const facts = status.runs.map(({ attempts, startedAt: _, endedAt: end, output: __, steps: ___, ...run }, index) => {
    const read = runs[index]
    if (!read) return { ...run, attempts, ...(end && { endedAt: end }) } // A lost run exists only in the status.
    const start = recordedStartOf(read)
    return {
      ...run,
      ...(hasKnownAttempts(read) && { attempts }),
      ...(start !== undefined && { startedAt: new Date(start) }),
      ...(end && hasExactEnd(read) && { endedAt: end }),
    }
  })
  return {
    id,
    event,
    tenantId,
    ...(references && { references }),
    state,
    createdAt,
    ...(scheduledFor && { scheduledFor }),
    ...(starts && starts.length > 0 && { startedAt: new Date(Math.min(...starts)) }),
    ...(endedAt && isEnded(state) && runs.every(hasExactEnd) && { endedAt }),
    ...summarizeRuns(facts),
  }
}

/**
 * Returns when the first attempt of a run started, epoch milliseconds, if the record of its last attempt tells it. Lists
 * of Inngest have the time of queueing instead.
 */
export function recordedStartOf(run: EngineRun): number | undefined {
  const { status, output, queuedAt, endedAt, function: its } = run
  if (isWorkflowName(its.name)) return undefined
  const record = status === 'COMPLETED' ? readCompletedRecord(output) : readFailedRecord(output?.['error'])
  if (record?.attempt !== 1) return undefined
  return clampTime(
    record.startedAt,
    Date.parse(queuedAt),
    hasExactEnd(run) ? endedAt && Date.parse(endedAt) : undefined,
  )
}

/** Returns a time by the clock of a worker, which can be wrong, as one between two times of the engine. */
export function clampTime(ms: number, from: number, to: number | undefined | ''): number {
  return Math.min(Math.max(ms, from), Math.max(to || Infinity, from))
}

/** Returns false for a cancelled run: lists of Inngest show its end seconds too late. */
export function hasExactEnd({ status }: EngineRun): boolean {
  return status !== 'CANCELLED'
}

function listedTimesOf(run: EngineRun): RunTimes {
  const { status, startedAt, endedAt } = run
  if (status === 'QUEUED' || status === 'CANCELLED' || startedAt === undefined) return {}
  return {
    startedAt: recordedStartOf(run) ?? Date.parse(startedAt),
    ...(endedAt !== undefined && status !== 'RUNNING' && { endedAt: Date.parse(endedAt) }),
  }
}

/** Returns true if a list shows how many attempts of a run have started. */
function hasKnownAttempts({ status, output, function: { name } }: EngineRun): boolean {
  if (status === 'QUEUED') return true
  if (status === 'COMPLETED') return readCompletedRecord(output) !== undefined
  const record = readFailedRecord(output?.['error'])
  if (isWorkflowName(name)) return record !== undefined && record.workflow?.step === undefined
  return record !== undefined || status === 'RUNNING'
}

/** Returns the values, or `undefined` if one is unknown. */
function allKnown(values: readonly (number | undefined)[]): readonly number[] | undefined {
  const known = values.filter((value) => value !== undefined)
  return known.length === values.length ? known : undefined
}
