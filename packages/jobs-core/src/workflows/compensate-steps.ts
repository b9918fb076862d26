import { JobCancelledError } from '../errors/job-cancelled-error.ts'
import { JobsError } from '../errors/jobs-error.ts'
import { copyJson } from '../values/json.ts'
import { type JobErrorInfo, toErrorInfo } from '../errors/error-info.ts'
import { toFailureOutcome } from '../runs/failure-outcome.ts'
import { attemptStep, type StepAttemptOptions, type StepOutcome } from './attempt-step.ts'
import { compensationUnreachedError } from './workflow-change-errors.ts'
import type { RunCall, StepCall } from '../steps/step-call.ts'
import type { ReplayContext } from '../steps/step-engine.ts'
import type { StepRecordStore } from '../steps/step-record-store.ts'
import type { StepRecord, CompensationRecord } from '../steps/workflow-record.ts'

/** Options of `compensateSteps`. */
export interface CompensationOptions {
  readonly records: StepRecordStore
  readonly context: ReplayContext
  /** The step calls of this replay that have a compensation, by key. */
  readonly calls: ReadonlyMap<string, StepCall>
  /** The error that the code threw, if any. It may be the reason that a step was not called. */
  readonly codeThrew: unknown
  attemptOptions(step: StepRecord, key: string, attempt: number): StepAttemptOptions
  /** Tracks work that may still be running, or be saved, after the replay was stopped. */
  track<T>(work: Promise<T>): Promise<T>
}

/** Delay before a retry after a record could not be saved. */
const saveRetryDelayMs = 1000

/**
 * Compensates the completed steps of a run in reverse order.
 *
 * @returns when to continue, epoch milliseconds; `undefined` when all compensations have ended
 * @throws the signal's reason if the replay was stopped
 */
export async function compensateSteps(
  failure: JobErrorInfo,
  options: CompensationOptions,
): Promise<number | undefined> {
  const { records, context, calls } = options
  const { record } = records
  const compensable = record.steps
    .filter((step) => step.state === 'completed' && (step.compensable || compensationOf(calls, step)))
    .toSorted((one, other) => other.order! - one.order!)
  if (!record.failure) {
    record.failure = failure
    const retryAt = await saveOrRetryAt(options, () => records.saveRecord?.())
    if (retryAt !== undefined && compensable.length > 0) return retryAt
  }
  for (const step of compensable) {
    context.signal.throwIfAborted() // another replay continues from here
    const isDone = step.compensation?.state === 'completed' || step.compensation?.state === 'failed'
    const wakeAt = isDone ? undefined : await options.track(attemptNext(step, options))
    if (wakeAt !== undefined) return wakeAt
  }
  context.signal.throwIfAborted()
  return undefined
}

/** Returns the steps that must be compensated but were not called, so that their compensation is unknown. */
export function uncalledCompensations(
  steps: readonly StepRecord[],
  calls: ReadonlyMap<string, StepCall>,
): readonly StepRecord[] {
  return steps.filter(
    (step) =>
      step.compensable &&
      step.compensation?.state !== 'completed' &&
      step.compensation?.state !== 'failed' &&
      !calls.has(step.key),
  )
}

type Compensable = RunCall & Required<Pick<RunCall, 'compensate'>>

function compensationOf(calls: ReadonlyMap<string, StepCall>, { key }: StepRecord): Compensable | undefined {
  const call = calls.get(key)
  return call?.kind === 'run' && call.compensate ? (call as Compensable) : undefined
}

/** Runs an attempt of a step's compensation. Returns when the next one is due, epoch milliseconds. */
async function attemptNext(step: StepRecord, options: CompensationOptions): Promise<number | undefined> {
  const { records, context, calls } = options
  const { clock, logger, signal } = context
  const compensation = (step.compensation ??= { state: 'running', attempts: 0, startedAt: clock.now() })
  if (compensation.nextAttemptAt !== undefined && compensation.nextAttemptAt > clock.now())
    return compensation.nextAttemptAt
  delete compensation.nextAttemptAt
  compensation.state = 'running'
  compensation.attempts++
  records.noteStarted?.(step)
  const call = compensationOf(calls, step)
  const outcome = call
    ? await attemptCompensation(call, step, compensation, options)
    : unreachedOutcome(step, compensation, options)
  // As with a step, work of a stopped replay is only recorded if it has completed and the run was cancelled.
  if (outcome.type !== 'completed' || !JobCancelledError.isInstance(signal.reason)) signal.throwIfAborted()
  recordOutcome(compensation, outcome, clock.now())
  if (outcome.type === 'failed')
    logger.error('A step could not be compensated.', { step: step.key, error: outcome.error })
  const retryAt = await saveOrRetryAt(options, () => records.save(step))
  if (retryAt === undefined || outcome.type === 'retry') return compensation.nextAttemptAt
  // An unsaved compensation counts as not done and is repeated, as after a crash.
  Object.assign(compensation, { state: 'retrying', nextAttemptAt: retryAt })
  return retryAt
}

function attemptCompensation(
  call: Compensable,
  step: StepRecord,
  { attempts }: CompensationRecord,
  { attemptOptions }: CompensationOptions,
) {
  const { policy, timeoutMs, compensate } = call
  const key = `${step.key}/compensation`
  return attemptStep(
    {
      key,
      policy,
      ...(timeoutMs !== undefined && { timeoutMs }),
      work: async (context) =>
        void (await compensate(step.output === undefined ? undefined : copyJson(step.output), context)),
    },
    attemptOptions(step, key, attempts),
  )
}

/** Returns the outcome of a compensation whose step the code did not call: a failed attempt. */
function unreachedOutcome(
  { key }: StepRecord,
  { attempts }: CompensationRecord,
  { context, codeThrew }: CompensationOptions,
): StepOutcome {
  const { definition, clock, random, limits } = context
  const { retry: policy } = definition
  const failed = { policy, attempt: attempts, maxAttempts: policy.maxAttempts, now: clock.now(), random, limits }
  return toFailureOutcome(compensationUnreachedError(definition.id, key, codeThrew), failed) as StepOutcome
}

function recordOutcome(compensation: CompensationRecord, outcome: StepOutcome, now: number): void {
  if (outcome.type === 'completed') {
    Object.assign(compensation, { state: 'completed', endedAt: now })
    delete compensation.error
  } else if (outcome.type === 'retry') {
    Object.assign(compensation, { state: 'retrying', error: outcome.error, nextAttemptAt: now + outcome.afterMs })
  } else {
    Object.assign(compensation, { state: 'failed', error: outcome.error, endedAt: now })
  }
}

/** Saves a record. Returns when to retry if that failed, epoch milliseconds. Permanent failures are ignored. */
async function saveOrRetryAt(
  { context: { clock, logger } }: CompensationOptions,
  save: () => Promise<void> | undefined,
): Promise<number | undefined> {
  try {
    await save()
    return undefined
  } catch (error) {
    logger.error('Could not save the result of a compensation.', { error: toErrorInfo(error) })
    return JobsError.isInstance(error) ? undefined : clock.now() + saveRetryDelayMs
  }
}
