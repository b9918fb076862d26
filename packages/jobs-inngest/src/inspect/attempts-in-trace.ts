import type { RunStatus } from '@cgk-platform/jobs-core'
import type { AttemptDetails } from '@cgk-platform/jobs-core/inspect'

import type { EngineRun } from '../api/engine-shapes.ts'
import type { TraceSpan } from '../read/run-trace.ts'
import { readCompletedRecord, readFailedRecord, readInngestError } from '../wire/attempt-record.ts'
import { isWorkflowName } from '../wire/workflow-name.ts'
import { clampTime } from './to-job-summary.ts'

/** The facts that the attempts of a run need in addition to its trace. */
export interface AttemptFacts {
  /** The run in a list of Inngest. */
  readonly run: EngineRun
  readonly status: RunStatus
  /** When the first attempt was due, epoch milliseconds. */
  readonly dueAt: number
}

/**
 * Returns the attempts of a run, oldest first. For a workflow these are attempts of the code between its steps.
 *
 * @param root - the trace; absent if the list tells everything: see `hasListedAttempts`
 */
export function attemptsInTrace(root: TraceSpan | undefined, { run, status, dueAt }: AttemptFacts): AttemptDetails[] {
  const isWorkflow = isWorkflowName(run.function.name)
  const attempts: AttemptDetails[] = []
  let nextAt: number | undefined = dueAt
  const add = (attempt: AttemptDetails): void => {
    const due = nextAt === undefined ? {} : { dueAt: new Date(nextAt) }
    // The record of a workflow's attempt has the time at which its code was last called.
    const { startedAt: called, ...rest } = attempt
    const first = attempts.length === 0 ? status.startedAt : undefined
    const start = (isWorkflow ? undefined : called && afterLast(called, rest.endedAt)) ?? first
    attempts.push({ ...rest, ...due, ...(start && { startedAt: start }) })
    nextAt = undefined
  }

  const afterLast = (at: Date, end: Date | undefined): Date => {
    const from = attempts.at(-1)?.endedAt?.getTime() ?? Date.parse(run.queuedAt)
    return new Date(clampTime(at.getTime(), from, end?.getTime()))
  }

  for (const { output, startedAt, endedAt } of failuresIn(root, run)) {
    const record = readFailedRecord(output)
    const number = record?.attempt ?? attempts.length + 1
    const start = record ? new Date(record.startedAt) : toDate(startedAt)
    const end = toDate(endedAt)
    const error = record?.error ?? readInngestError(output)
    add({ number, ...(start && { startedAt: start }), ...(end && { endedAt: end }), error })
    nextAt = record?.nextAttemptAt
  }

  const { state, attempts: count, endedAt } = status
  const end = endedAt && { endedAt }
  if (state === 'completed') {
    const done = readCompletedRecord(run.output)
    add({ number: done?.attempt ?? attempts.length + 1, ...(done && { startedAt: new Date(done.startedAt) }), ...end })
  } else if (state === 'queued' || state === 'scheduled' || state === 'retrying') add({ number: attempts.length + 1 })
  else if (state === 'running') add({ number: Math.max(count, attempts.length + 1) })
  else if (count > attempts.length) add({ number: count, ...end })
  return attempts
}

/** Returns true if a list of Inngest has everything about the attempts of a run: it ended in its first. */
export function hasListedAttempts({ status, output, function: { name } }: EngineRun): boolean {
  if (isWorkflowName(name)) return false
  if (status === 'COMPLETED') return readCompletedRecord(output)?.attempt === 1
  return status === 'FAILED' && readFailedRecord(output?.['error'])?.attempt === 1
}

/** Returns one span for each failed attempt. The spans around them repeat the same facts. */
function failuresIn(root: TraceSpan | undefined, { status, output, endedAt }: EngineRun): TraceSpan[] {
  const isAttempt = (span: TraceSpan): boolean =>
    span.status === 'FAILED' &&
    span.stepId === undefined &&
    !span.children &&
    span.output !== undefined &&
    !readFailedRecord(span.output)?.parked // the code did not fit to the run, so it was not called
  const spans = (root?.children ?? [])
    .filter(isAttempt)
    .toSorted((one, other) => Date.parse(one.endedAt ?? '') - Date.parse(other.endedAt ?? ''))
  const failure = status === 'FAILED' ? readFailedRecord(output?.['error']) : undefined
  const isTraced = spans.some((span) => readFailedRecord(span.output)?.attempt === failure?.attempt)
  if (!failure || isTraced) return spans
  const last = {
    output: output!['error'] as Readonly<Record<string, unknown>>,
    ...(endedAt !== undefined && { endedAt }),
  }
  return failure.workflow?.step === undefined ? [...spans, last] : spans // the trace can lag behind the run
}

function toDate(text: string | undefined): Date | undefined {
  return text === undefined ? undefined : new Date(text)
}
