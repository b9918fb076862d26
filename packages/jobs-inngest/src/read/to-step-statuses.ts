import type { JobErrorInfo, Json, StepStatus, StepKind, CompensationStatus } from '@cgk-platform/jobs-core/provider'

import { toAwaited } from '../wire/awaited-event.ts'
import { endIn, type JobEnd } from '../wire/job-end.ts'
import { readFailedRecord, readForeignError } from '../wire/attempt-record.ts'
import { readStepName } from '../wire/step-names.ts'
import { readStepRecord } from '../wire/step-record.ts'
import { endedInTrace } from './ended-in-trace.ts'
import { answerOf, type TracedStep, type TraceSpan } from './run-trace.ts'
import type { CompensatingRun } from './compensating-run.ts'

/** What the steps' status is made of, beside the trace. */
export interface StepFacts {
  /** Inngest leaves the open steps of a run that has ended as they stood. */
  readonly isRunEnded: boolean
  readonly now: number
  /** Where another run compensates this one. */
  readonly compensating?: CompensatingRun | undefined
}

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] }

/** The steps of a workflow's run as its trace tells them, in the order in which they began. */
export function toStepStatuses(traced: readonly TracedStep[], facts: StepFacts): StepStatus[] {
  const ended = endedInTrace(traced)
  const steps = new Map<string, Mutable<StepStatus>>()
  const compensations = new Map<string, CompensationStatus>()
  const waits = new Map<string, TracedStep>()
  const later = new Map<string, TracedStep>()
  const named = traced.map((step) => ({ step, named: readStepName(step.name, step.hashedId) }))
  for (const { step, named: its } of named) if (its.part === 'later') later.set(its.key, step)
  for (const { step, named: its } of named) {
    if (its.part === 'step') steps.set(its.key, toStepStatus(its.key, its.says, step, facts, later.get(its.key)))
    if (its.part === 'compensation') compensations.set(its.key, toCompensationStatus(step, facts))
    if (its.part === 'end') waits.set(its.key, step)
  }
  for (const step of facts.compensating?.steps ?? []) {
    const its = readStepName(step.name, step.hashedId)
    const isRunEnded = facts.compensating!.isEnded
    if (its.part === 'compensation') compensations.set(its.key, toCompensationStatus(step, { ...facts, isRunEnded }))
  }
  for (const [key, waited] of waits) {
    const step = steps.get(key)
    if (step) step.kind = 'runJob'
    if (step?.state !== 'completed') continue
    const jobId = String(step.output)
    steps.set(key, withJobEnd(step, waited, endIn(ended, key, jobId), jobId, facts))
  }
  for (const [key, compensation] of compensations) {
    const step = steps.get(key)
    if (step) step.compensation = compensation
  }
  // As the trace has them, by the engine's clock: the instants told are the app's, too.
  return [...steps.values()]
}

function toStepStatus(
  id: string,
  says: string | undefined,
  step: TracedStep,
  facts: StepFacts,
  later: TracedStep | undefined,
): Mutable<StepStatus> {
  return step.spans.some(({ stepOp }) => stepOp === 'SLEEP' || stepOp === 'WAIT_FOR_EVENT')
    ? toWaitStatus(id, says, step, facts, later)
    : toWorkStatus(id, step, facts)
}

/** A step that does work: its own records tell more than the spans. */
function toWorkStatus(id: string, { spans }: TracedStep, facts: StepFacts): Mutable<StepStatus> {
  const done = spans.findLast(({ status }) => status === 'COMPLETED')
  if (done) {
    const record = readStepRecord(answerOf(done.output))
    const { kind = 'run', attempts = 1, maxAttempts, output } = record ?? {}
    return {
      id,
      kind: kind as StepKind,
      state: 'completed',
      attempts,
      ...(maxAttempts !== undefined && { maxAttempts }),
      startedAt: new Date(Math.min(record?.startedAt ?? Infinity, beginOf(spans[0]!))),
      endedAt: new Date(record?.endedAt ?? endOf(done)),
      ...(output !== undefined && { output }),
    }
  }
  return { id, kind: 'run', ...openOf(spans, facts) }
}

function toCompensationStatus({ spans }: TracedStep, facts: StepFacts): CompensationStatus {
  const done = spans.findLast(({ status }) => status === 'COMPLETED')
  const record = done && readStepRecord(answerOf(done.output))
  const startedAt = new Date(beginOf(spans[0]!))
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

/** Work that has not completed: between two attempts, under way, or failed for good. */
function openOf(spans: readonly TraceSpan[], { isRunEnded, now }: StepFacts) {
  const failed = spans.findLast((span) => span.status === 'FAILED' && 'output' in span)
  const told = failed?.output as { error?: unknown } | undefined
  const failure: unknown = told && ('error' in told && !('message' in told) ? told.error : told)
  const record = readFailedRecord(failure)
  const error: JobErrorInfo | undefined =
    record?.error ?? (failure === undefined ? undefined : readForeignError(failure))
  const begun = {
    startedAt: new Date(Math.min(record && record.attempt === 1 ? record.startedAt : Infinity, beginOf(spans[0]!))),
  }
  const nextAttemptAt = record?.nextAttemptAt
  const isDue = nextAttemptAt !== undefined && nextAttemptAt <= now
  const attempts = (record?.attempt ?? 1) + (isDue ? 1 : 0)
  const common = { attempts, ...(record && { maxAttempts: record.maxAttempts }), ...begun, ...(error && { error }) }
  if (record && nextAttemptAt === undefined)
    return { ...common, state: 'failed' as const, endedAt: new Date(endOf(failed!)) }
  if (isRunEnded) return { ...common, state: 'cancelled' as const }
  if (nextAttemptAt === undefined || isDue) return { ...common, state: 'running' as const }
  return { ...common, state: 'retrying' as const, nextAttemptAt: new Date(nextAttemptAt) }
}

/** A native sleep or wait, and what it goes on with later; what it waits for is in its name. */
function toWaitStatus(
  id: string,
  says = '',
  { spans }: TracedStep,
  { isRunEnded }: StepFacts,
  later: TracedStep | undefined,
): Mutable<StepStatus> {
  const startedAt = new Date(beginOf(spans[0]!))
  const [, event, withinMs] = /^(.*) within (\d+) ms$/s.exec(says) ?? []
  const [, sleepMs] = /^sleep (\d+) ms$/.exec(says) ?? []
  const [, until] = /^until (\S+)$/.exec(says) ?? []
  const kind = event !== undefined ? 'waitForEvent' : until === undefined ? 'sleep' : 'sleepUntil'
  const base = { id, kind, attempts: 0, startedAt } as const
  // What a sleep has beyond whole seconds shows only when it is over.
  const isShort = later === undefined && Number(sleepMs) > 1000 && Number(sleepMs) % 1000 > 0
  const last = later?.spans ?? spans
  const done = isShort
    ? undefined
    : last.findLast(({ status, endedAt }) => status !== 'WAITING' && endedAt !== undefined)
  if (done) {
    const output = kind === 'waitForEvent' ? { output: toAwaited(answerOf(done.output)) as Json | null } : {}
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

/** A step that has sent its job: the rest is how the job ends. */
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

function beginOf({ startedAt, queuedAt = '' }: TraceSpan): number {
  return Date.parse(startedAt ?? queuedAt) || 0
}

function endOf(span: TraceSpan): number {
  return Date.parse(span.endedAt ?? '') || beginOf(span)
}
