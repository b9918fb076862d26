import { JobsError } from '../errors/jobs-error.ts'
import { copyJson } from '../events/json.ts'
import { type JobErrorInfo, toErrorInfo } from '../runs/error-info.ts'
import { toFailureOutcome } from '../runs/failure-outcome.ts'
import { attemptStep, type StepAttemptOptions, type StepOutcome } from './attempt-step.ts'
import { compensationUnreachedError } from './workflow-change-errors.ts'
import type { RunCall, StepCall } from './step-call.ts'
import type { ReplayContext } from './step-engine.ts'
import type { StepRecordStore } from './step-record-store.ts'
import type { StepRecord, CompensationRecord } from './workflow-record.ts'

/** What steps are compensated with. */
export interface CompensationOptions {
  readonly records: StepRecordStore
  readonly context: ReplayContext
  /** The calls that the code has made in this pass of steps that have a compensation. */
  readonly calls: ReadonlyMap<string, StepCall>
  /** What the code ended with, where that may be why a step was not called. */
  readonly codeThrew: unknown
  attemptOptions(step: StepRecord, key: string, attempt: number): StepAttemptOptions
  /** Told of work that may go on though the pass was stopped. */
  track<T>(work: Promise<T>): Promise<T>
}

/** After a record that could not be kept. */
const storePauseMs = 1000

/**
 * Compensates the completed steps of a run, the last one first.
 *
 * @returns when there is more to do later, epoch milliseconds; nothing once all is done
 * @throws the reason of the signal where the pass was stopped
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
    const laterAt = await saveOrRetryAt(options, () => records.saveFailure?.())
    if (laterAt !== undefined && compensable.length > 0) return laterAt
  }
  for (const step of compensable) {
    context.signal.throwIfAborted() // another pass goes on from here
    const isDone = step.compensation?.state === 'completed' || step.compensation?.state === 'failed'
    const wakeAt = isDone ? undefined : await attemptNext(step, options)
    if (wakeAt !== undefined) return wakeAt
  }
  context.signal.throwIfAborted()
  return undefined
}

/** The steps that are to be compensated and that the code has not called: their compensation is not known. */
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

/** Makes an attempt of a step's compensation; answers when the next one is due. */
async function attemptNext(step: StepRecord, options: CompensationOptions): Promise<number | undefined> {
  const { records, context, calls, track } = options
  const { clock, logger, signal } = context
  const made = (step.compensation ??= { state: 'running', attempts: 0, startedAt: clock.now() })
  if (made.nextAttemptAt !== undefined && made.nextAttemptAt > clock.now()) return made.nextAttemptAt
  delete made.nextAttemptAt
  made.state = 'running'
  made.attempts++
  records.noteStarted?.(step)
  const call = compensationOf(calls, step)
  const outcome = call
    ? await track(attemptCompensation(call, step, made, options))
    : unreachedOutcome(step, made, options)
  signal.throwIfAborted() // what a stopped pass did is not recorded, as with a step
  recordOutcome(made, outcome, clock.now())
  if (outcome.type === 'failed')
    logger.error('A step could not be compensated.', { step: step.key, error: outcome.error })
  const laterAt = await saveOrRetryAt(options, () => records.save(step))
  if (laterAt === undefined || outcome.type === 'retry') return made.nextAttemptAt
  // Not kept, so not done: it is made again, as after a crash.
  Object.assign(made, { state: 'retrying', nextAttemptAt: laterAt })
  return laterAt
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

/** The code did not come to call the step: an attempt of its compensation that failed. */
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

function recordOutcome(made: CompensationRecord, outcome: StepOutcome, now: number): void {
  if (outcome.type === 'completed') {
    Object.assign(made, { state: 'completed', endedAt: now })
    delete made.error
  } else if (outcome.type === 'retry') {
    Object.assign(made, { state: 'retrying', error: outcome.error, nextAttemptAt: now + outcome.afterMs })
  } else {
    Object.assign(made, { state: 'failed', error: outcome.error, endedAt: now })
  }
}

/** Keeps something; answers when to try again where the store did not take it. What it refuses for good is passed by. */
async function saveOrRetryAt(
  { context: { clock, logger } }: CompensationOptions,
  save: () => Promise<void> | undefined,
): Promise<number | undefined> {
  try {
    await save()
    return undefined
  } catch (error) {
    logger.error('What became of a compensation could not be kept.', { error: toErrorInfo(error) })
    return JobsError.isInstance(error) ? undefined : clock.now() + storePauseMs
  }
}
