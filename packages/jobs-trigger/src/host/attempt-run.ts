import type { Definition } from '@cgk-platform/jobs-core'
import { AttemptsExhaustedError, JobCancelledError } from '@cgk-platform/jobs-core/errors'
import type { WireEnvelope } from '@cgk-platform/jobs-core/hosted'
import {
  type Json,
  type AttemptHost,
  type AttemptOptions,
  bindLogger,
  type Clock,
  maxAttemptsOf,
  runAttempt,
  toErrorInfo,
} from '@cgk-platform/jobs-core/provider'

import type { RunPayload } from '../wire/payload.ts'
import type { AttemptRecord } from '../wire/run-record.ts'
import type { FailedAttempt } from './attempt-failure.ts'
import { runWorkflowAttempt, type WorkflowAttemptOptions } from '../workflows/run-workflow-attempt.ts'
import { notifySendingWorkflow } from '../workflows/notify-workflows.ts'
import { type HostDependencies, triggerLimits } from './host-dependencies.ts'
import { type HostOutcome, mapOutcome, toFailedOutcome } from './map-outcome.ts'
import { keepForLists } from './keep-for-lists.ts'
import { readOwnRecord, recordAttempt, writeRecord } from './attempt-metadata.ts'
import { checkCancel } from './check-cancel.ts'
import { endCancelledRun, endIfCancelled, endIfCancelledBefore } from './end-cancelled-run.ts'
import { waitUntil } from './leave-run.ts'
import { pastAttempts } from './past-attempts.ts'
import { limitsForAttempt } from './requeue-limits.ts'
import type { RunContext } from './run-context.ts'
import { createTickHost } from './tick-host.ts'
import { waitUntilDue } from './wait-until-due.ts'
import { waitWhilePaused } from './wait-while-paused.ts'

/**
 * Number of extra attempts after the last one, which end a run whose process died. The process may also die in its
 * `onFailure`.
 */
const maxExtraAttempts = 3

/**
 * Makes one attempt of a definition's run.
 *
 * @param otherWork - work that must end before the run ends, or before it is suspended to wait
 * @returns the output of the run
 * @throws {AttemptFailure} if the attempt failed. It says whether and when to retry.
 */
export async function attemptRun(
  definition: Definition,
  runPayload: RunPayload,
  context: RunContext,
  dependencies: HostDependencies,
  otherWork?: Promise<void>,
): Promise<Json | undefined> {
  const { ctx, signal } = context
  const { clock } = dependencies
  await endIfCancelled(context, dependencies)
  if (ctx.attempt.number === 1) await endIfCancelledBefore(runPayload, context, dependencies)
  await waitUntilDue(readOwnRecord(), signal, clock)
  const hold = () => waitWhilePaused(context, dependencies)
  if (ctx.attempt.number > 1) {
    await otherWork
    await hold()
  }
  const payload = { ...runPayload, envelope: withRunLimit(runPayload.envelope, definition, ctx) }
  const begun = newAttemptRecord(definition, payload.envelope, ctx, clock)
  const isRestarting = begun.restartedAs !== undefined
  if (ctx.attempt.number > begun.maxAttempts + maxExtraAttempts && !isRestarting)
    throw failWithoutHooks(begun, { definition, payload }, ctx, dependencies)
  // A workflow writes its attempt record together with its steps.
  const end = definition.kind === 'workflow' ? writeRecord : recordAttempt(begun, clock)
  const outcome = await withCancelReason(context, payload.jobId, dependencies, (runSignal) => {
    const limits = limitsForAttempt(ctx.attempt.number, begun)
    const attempt = isRestarting ? begun.attempt : ctx.attempt.number
    const options = { runId: ctx.run.id, attempt, signal: runSignal }
    const make = () =>
      makeAttempt(definition, payload, options, { ...dependencies, limits }, { begun, otherWork, hold })
    return untilDecoded(make, { clock, signal: runSignal, otherWork })
  })
  if (outcome.type !== 'retry' && outcome.type !== 'restarted')
    await notifySendingWorkflow(payload.envelope, payload.jobId, dependencies)
  await otherWork
  if (outcome.type === 'cancelled' && !signal.aborted) await endCancelledRun(context, dependencies)
  const { record, output, thrown } = mapOutcome(outcome, begun, { definition, payload }, clock.now())
  await end(payload.jobId === ctx.run.id ? record : keepForLists(record, outcome, output))
  if (thrown) throw thrown
  return output
}

/**
 * Makes an attempt again until this process can decode the data of the run. The codec may get its keys from a service, so
 * the run waits and uses no attempt.
 */
async function untilDecoded(
  make: () => Promise<HostOutcome>,
  { clock, signal, otherWork }: { clock: Clock; signal: AbortSignal; otherWork: Promise<void> | undefined },
): Promise<HostOutcome> {
  let outcome = await make()
  while (outcome.type === 'interrupted' && outcome.againAt !== undefined && !signal.aborted) {
    await otherWork // a wait may suspend the process
    await waitUntil(outcome.againAt, clock, signal)
    outcome = await make()
  }
  return outcome
}

/** Fails a run whose process died in each extra attempt. Does not call its `onFailure` again. */
function failWithoutHooks(
  begun: AttemptRecord,
  attempt: FailedAttempt,
  { run }: RunContext['ctx'],
  { logger }: HostDependencies,
): Error {
  const { maxAttempts, definition: definitionId } = begun
  const error = toErrorInfo(new AttemptsExhaustedError({ definitionId, maxAttempts }))
  const { record, thrown } = toFailedOutcome(error, begun, attempt)
  writeRecord(record)
  const fields = { jobId: attempt.payload.jobId, runId: run.id, definitionId }
  const message = 'The run failed. `onFailure` is not called again, because its process died in it each time.'
  bindLogger(logger, fields).error(message, { error })
  return thrown!
}

/** Makes core's attempt with the services of this host. For a workflow, makes all replays of the attempt. */
export function makeAttempt(
  definition: Definition,
  payload: RunPayload,
  options: Pick<AttemptOptions, 'runId' | 'attempt' | 'signal'>,
  dependencies: HostDependencies,
  { begun, otherWork, hold }: Pick<WorkflowAttemptOptions, 'begun' | 'otherWork' | 'hold'>,
): Promise<HostOutcome> {
  const { envelope, jobId, retriedAt } = payload
  const tickHost: AttemptHost['tickHost'] = (cron) => createTickHost(cron, dependencies)
  const host = { ...dependencies, tickHost, hasEngineSpan: true }
  // A handler that ignores its signal keeps the process of its run, and so its slot, or ends with it.
  const attempt = { host, ...options, jobId, retriedAt, onLeftRunning: undefined }
  if (definition.kind !== 'workflow') return runAttempt(definition, envelope, attempt)
  const { runId, signal } = options
  return runWorkflowAttempt(definition, { payload, runId, signal, dependencies, begun, otherWork, hold }, (replay) =>
    runAttempt(definition, envelope, { ...attempt, replay }),
  )
}

/** Returns the record of an attempt at its start. An extra attempt counts as the definition's last one. */
export function newAttemptRecord(
  definition: Definition,
  envelope: WireEnvelope,
  { attempt }: RunContext['ctx'],
  clock: Clock,
): AttemptRecord {
  const maxAttempts = maxAttemptsOf(envelope, definition, triggerLimits)
  const previous = readOwnRecord()
  const begunAt = clock.now()
  const { startedAt = begunAt, inPlace, retryAt, restartedAs } = previous ?? {}
  const number = Math.min(attempt.number, maxAttempts)
  const past = pastAttempts(previous, number)
  return {
    definition: definition.id,
    attempt: number,
    maxAttempts,
    startedAt,
    ...(number > 1 && { begunAt }),
    ...(retryAt !== undefined && { dueAt: retryAt }),
    ...(past.length > 0 && { past }),
    ...(inPlace !== undefined && { inPlace }),
    ...(restartedAs !== undefined && { restartedAs }),
  }
}

/**
 * Lowers the number of attempts to that of the run, which a manual trigger may set, so the last attempt ends the job.
 */
function withRunLimit(envelope: WireEnvelope, definition: Definition, { run }: RunContext['ctx']): WireEnvelope {
  const { maxAttempts = Number.POSITIVE_INFINITY } = run
  return maxAttempts < maxAttemptsOf(envelope, definition, triggerLimits) ? { ...envelope, maxAttempts } : envelope
}

/**
 * Calls `work` with a signal that aborts with a `JobCancelledError`. Trigger.dev's own signal has no such reason, and
 * does not abort if the run was cancelled just before.
 */
async function withCancelReason<T>(
  context: RunContext,
  jobId: string,
  dependencies: HostDependencies,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const { signal } = context
  const controller = new AbortController()
  const cancel = (): void => controller.abort(new JobCancelledError({ jobId }))
  if (signal.aborted) cancel()
  signal.addEventListener('abort', cancel, { once: true })
  const stopCheck = checkCancel(context, dependencies, cancel)
  try {
    return await work(controller.signal)
  } finally {
    stopCheck()
    signal.removeEventListener('abort', cancel)
  }
}
