import { type StepKind, toSignalStatus } from '@cgk-platform/jobs-core/hosted'
import type { JobErrorInfo, Json, StepStatus, CompensationStatus } from '@cgk-platform/jobs-core/provider'

import { toAwaitedEvent } from '../wire/awaited-event.ts'
import { jobEndIn, type JobEnd } from '../wire/job-end.ts'
import { readFailedRecord, readInngestError } from '../wire/attempt-record.ts'
import { pastWaitEndIn } from '../wire/past-wait.ts'
import { sha1 } from '../wire/sha1.ts'
import { readStepName } from '../wire/step-names.ts'
import { notUnderstoodBy, readStepHeader, readStepRecord, type StepHeader } from '../wire/step-record.ts'
import { completedInTrace } from './completed-in-trace.ts'
import { stepOutputOf, type TracedStep, type TraceSpan } from './run-trace.ts'
import type { CompensatingRun } from './compensating-run.ts'

/** The facts that step statuses need in addition to the trace. */
export interface StepFacts {
  /** Needed because Inngest does not update the open steps of an ended run. */
  readonly isRunEnded: boolean
  readonly now: number
  /** Whether the run waits for other code, so that no attempt starts although it is due. Default false. */
  readonly isParked?: boolean
  /** The run that compensates this one, if any. */
  readonly compensating?: CompensatingRun | undefined
}

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] }

/** Converts the trace of a workflow's run to step statuses, in the order in which the steps started. */
export function toStepStatuses(traced: readonly TracedStep[], facts: StepFacts): StepStatus[] {
  const ended = completedInTrace(traced)
  const steps = new Map<string, Mutable<StepStatus>>()
  const compensations = new Map<string, CompensationStatus>()
  const waits = new Map<string, TracedStep>()
  const continuations = new Map<string, TracedStep>()
  const named = traced.map((step) => ({ step, named: readStepName(step.name, step.hashedId) }))
  for (const { step, named: its } of named) if (its.part === 'continuation') continuations.set(its.key, step)
  for (const { step, named: its } of named) {
    if (its.part === 'step') {
      const around = { traced, continuation: continuations.get(its.key) }
      steps.set(its.key, toStepStatus(its.key, its.detail, step, facts, around))
    }
    if (its.part === 'compensation') compensations.set(its.key, toCompensationStatus(step, facts))
    if (its.part === 'end') waits.set(its.key, step)
  }
  for (const step of facts.compensating?.steps ?? []) {
    const its = readStepName(step.name, step.hashedId)
    const isRunEnded = facts.compensating!.isEnded
    if (its.part === 'compensation') compensations.set(its.key, toCompensationStatus(step, { ...facts, isRunEnded }))
  }
  for (const [key, wait] of waits) {
    const step = steps.get(key)
    if (step) step.kind = 'runJob'
    if (step?.state !== 'completed') continue
    const jobId = String(step.output)
    steps.set(key, withJobEnd(step, wait, jobEndIn(ended, key, jobId), jobId, facts))
  }
  for (const [key, compensation] of compensations) {
    const step = steps.get(key)
    if (step) step.compensation = compensation
  }
  // In the order of the trace, which is by the engine's clock. The instants in the statuses can be by the app's clock.
  return [...steps.values()]
}

function toStepStatus(
  id: string,
  detail: string | undefined,
  step: TracedStep,
  facts: StepFacts,
  { traced, continuation }: { readonly traced: readonly TracedStep[]; readonly continuation: TracedStep | undefined },
): Mutable<StepStatus> {
  const awaited = awaitedIn(detail)
  const status = step.spans.some(({ stepOp }) => stepOp === 'SLEEP' || stepOp === 'WAIT_FOR_EVENT')
    ? toWaitStatus(id, detail, step, facts, continuation)
    : awaited
      ? toPastWaitStatus(id, awaited, step, traced, facts)
      : toWorkStatus(id, step, facts)
  return toSignalStatus(status, awaited?.event)
}

/** Reads what a wait waits for from its name. */
function awaitedIn(detail = ''): { readonly event: string; readonly withinMs: number } | undefined {
  const [, event, withinMs] = /^(.*) within (\d+) ms$/s.exec(detail) ?? []
  return event === undefined ? undefined : { event, withinMs: Number(withinMs) }
}

/** Converts a wait with `since`. Its first native step looks at the history, others wait and look again. */
function toPastWaitStatus(
  id: string,
  { event, withinMs }: { readonly event: string; readonly withinMs: number },
  step: TracedStep,
  traced: readonly TracedStep[],
  { isRunEnded }: StepFacts,
): Mutable<StepStatus> {
  const ended = completedInTrace(traced)
  const first = ended.get(step.hashedId)
  const record = first && readStepRecord(first.data)
  const startedAt = new Date(record?.startedAt ?? beginOf(step.spans[0]!))
  const base = { id, kind: 'waitForEvent', attempts: 0, startedAt } as const
  const end = record && (record.past ? pastWaitEndIn(ended, id) : { output: record.output ?? null, stepId: id })
  if (end) {
    const last = traced.find(({ hashedId }) => hashedId === sha1(end.stepId))?.spans.at(-1)
    const endedAt = new Date(last ? endOf(last) : record.endedAt)
    return 'error' in end
      ? { ...base, state: 'failed', endedAt, error: end.error }
      : { ...base, state: 'completed', endedAt, output: end.output }
  }
  if (isRunEnded) return { ...base, state: 'cancelled' }
  const { since, until = startedAt.getTime() + withinMs } = record?.past ?? {}
  const waitsFor = { event, ...(since !== undefined && { since: new Date(since) }) }
  return { ...base, state: 'waiting', waitsFor, waitsUntil: new Date(until) }
}

/** Converts a step that does work. Its record has more facts than its spans. */
function toWorkStatus(id: string, { spans }: TracedStep, facts: StepFacts): Mutable<StepStatus> {
  const done = spans.findLast(({ status }) => status === 'COMPLETED')
  if (done) {
    const record = readStepHeader(stepOutputOf(done.output))
    const { kind = 'run', attempts = 1, maxAttempts, output } = record ?? {}
    return {
      id,
      kind: kind as StepKind,
      state: 'completed',
      attempts,
      ...(maxAttempts !== undefined && { maxAttempts }),
      startedAt: startOf(spans, record),
      endedAt: new Date(record?.endedAt ?? endOf(done)),
      ...(output !== undefined && { output }),
    }
  }
  return { id, kind: 'run', ...openOf(spans, facts) }
}

function toCompensationStatus({ spans }: TracedStep, facts: StepFacts): CompensationStatus {
  const done = spans.findLast(({ status }) => status === 'COMPLETED')
  const record = done && readStepHeader(stepOutputOf(done.output))
  const startedAt = startOf(spans, record)
  if (done) {
    return {
      state: 'completed',
      attempts: record?.attempts ?? 1,
      startedAt,
      endedAt: new Date(record?.endedAt ?? endOf(done)),
    }
  }
  const { state, ...open } = openOf(spans, facts)
  return { ...open, state: state === 'cancelled' ? 'failed' : state }
}

/** Reads the state of work that has not completed: retrying, running, failed or cancelled. */
function openOf(spans: readonly TraceSpan[], { isRunEnded, isParked = false, now }: StepFacts) {
  const failed = spans.findLast((span) => span.status === 'FAILED' && 'output' in span && !isParkedAttempt(span))
  const failure = failureIn(failed)
  const record = readFailedRecord(failure)
  const error: JobErrorInfo | undefined =
    record?.error ?? (failure === undefined ? undefined : readInngestError(failure))
  const nextAttemptAt = record?.nextAttemptAt
  const isDue = nextAttemptAt !== undefined && nextAttemptAt <= now && !isParked
  const attempts = (record?.attempt ?? 1) + (isDue ? 1 : 0)
  const common = {
    attempts,
    ...(record && { maxAttempts: record.maxAttempts }),
    startedAt: startOf(spans),
    ...(error && { error }),
  }
  if (record && nextAttemptAt === undefined)
    return { ...common, state: 'failed' as const, endedAt: new Date(endOf(failed!)) }
  if (isRunEnded) return { ...common, state: 'cancelled' as const }
  if (nextAttemptAt === undefined || isDue) return { ...common, state: 'running' as const }
  return { ...common, state: 'retrying' as const, nextAttemptAt: new Date(nextAttemptAt) }
}

/** Converts a native sleep or wait and its continuation. The name of the step contains what it waits for. */
function toWaitStatus(
  id: string,
  detail = '',
  { spans }: TracedStep,
  { isRunEnded }: StepFacts,
  continuation: TracedStep | undefined,
): Mutable<StepStatus> {
  const startedAt = new Date(beginOf(spans[0]!))
  const { event, withinMs } = awaitedIn(detail) ?? {}
  const [, sleepMs] = /^sleep (\d+) ms$/.exec(detail) ?? []
  const [, until] = /^until (\S+)$/.exec(detail) ?? []
  const kind = event !== undefined ? 'waitForEvent' : until === undefined ? 'sleep' : 'sleepUntil'
  const base = { id, kind, attempts: 0, startedAt } as const
  // The part of a sleep below one second is visible in the trace only after it ended.
  const isRemainderMissing = continuation === undefined && Number(sleepMs) > 1000 && Number(sleepMs) % 1000 > 0
  const last = continuation?.spans ?? spans
  const done = isRemainderMissing
    ? undefined
    : last.findLast(({ status, endedAt }) => status !== 'WAITING' && endedAt !== undefined)
  if (done) {
    const data = stepOutputOf(done.output)
    const hasOutput = kind === 'waitForEvent' && notUnderstoodBy(data).length === 0
    const output = hasOutput ? { output: toAwaitedEvent(data) as Json | null } : {}
    return { ...base, state: 'completed', endedAt: new Date(endOf(done)), ...output }
  }
  if (isRunEnded) return { ...base, state: 'cancelled' }
  const durationMs = withinMs ?? sleepMs
  const waitsUntil = until === undefined ? startedAt.getTime() + Number(durationMs) : Date.parse(until)
  return {
    ...base,
    state: 'waiting',
    ...(event !== undefined && { waitsFor: { event } }),
    ...(!Number.isNaN(waitsUntil) && { waitsUntil: new Date(waitsUntil) }),
  }
}

/** Adds the end of the job to a step that has sent it. */
function withJobEnd(
  { output: _, endedAt: __, ...step }: Mutable<StepStatus>,
  { spans }: TracedStep,
  end: JobEnd | undefined,
  jobId: string,
  { isRunEnded }: StepFacts,
): Mutable<StepStatus> {
  if (!end && isRunEnded) return { ...step, state: 'cancelled' }
  if (!end) return { ...step, state: 'waiting', waitsFor: { jobId } }
  const done = spans.findLast(({ endedAt }) => endedAt !== undefined)
  const endedAt = done ? { endedAt: new Date(endOf(done)) } : {}
  if ('error' in end) return { ...step, state: 'failed', ...endedAt, error: end.error }
  return { ...step, state: 'completed', ...endedAt, ...(end.output !== undefined && { output: end.output }) }
}

/**
 * Returns when the first attempt of a step started. Inngest's spans can begin earlier: with a sleep before the step.
 *
 * @param record - the record of the completed attempt
 */
export function startOf(spans: readonly TraceSpan[], record?: StepHeader): Date {
  const failures = spans.filter((span) => !isParkedAttempt(span)).map((span) => readFailedRecord(failureIn(span)))
  const first = failures.find((one) => one?.attempt === 1) ?? (record?.attempts === 1 ? record : undefined)
  return new Date(first?.startedAt ?? beginOf(spans[0]!))
}

/** Returns true for an attempt that made nothing, because the code did not fit to the run. */
function isParkedAttempt(span: TraceSpan): boolean {
  return readFailedRecord(failureIn(span))?.parked !== undefined
}

function failureIn(span: TraceSpan | undefined): unknown {
  const output = span?.output as { error?: unknown } | undefined
  return output && ('error' in output && !('message' in output) ? output.error : output)
}

function beginOf({ startedAt, queuedAt = '' }: TraceSpan): number {
  return Date.parse(startedAt ?? queuedAt) || 0
}

function endOf(span: TraceSpan): number {
  return Date.parse(span.endedAt ?? '') || beginOf(span)
}
