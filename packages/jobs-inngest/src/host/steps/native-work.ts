import { AttemptsExhaustedError, ShutdownError, StepFailedError } from '@cgk-platform/jobs-core/errors'
import {
  attemptStep,
  errorFrom,
  type StepOutcome,
  type ReplayContext,
  type Work,
  type WorkCall,
} from '@cgk-platform/jobs-core/hosted'
import { type Json, type JobErrorInfo, bindLogger, pause, toErrorInfo } from '@cgk-platform/jobs-core/provider'

import { withStepJobId } from '../../send/step-job-ids.ts'
import { readFailedRecord, readInngestError } from '../../wire/attempt-record.ts'
import { sha1 } from '../../wire/sha1.ts'
import { callName, type StepName } from '../../wire/step-names.ts'
import { readStepRecord, type StepRecord } from '../../wire/step-record.ts'
import { dueAfter, mapOutcome } from '../map-outcome.ts'
import type { NativeStepContext } from './native-step-context.ts'
import { atMostUntilRunEnd } from './run-end.ts'
import { sentJobId } from './sent-job-id.ts'
import type { StepMode } from './step-queue.ts'
import type { AttemptBase } from './workflow-attempts.ts'

/** Executes work in native steps. */
export interface NativeWork {
  /**
   * Executes the work of a step. `'fresh'` ignores the result of the run that this one retries.
   *
   * @throws {StepFailedError}
   */
  perform(call: WorkCall, mode: StepMode, how?: 'fresh'): Promise<StepRecord>
  /** Executes work in a native step with this name. @throws {StepFailedError} */
  performAs(
    name: StepName,
    work: Work & {
      readonly kind: WorkCall['kind'] | 'compensation'
      readonly how?: 'fresh' | undefined
      /** The step's key, if it has a compensation. */
      readonly compensable?: string
      /** Maximum number of attempts started. Default: the policy's maximum. */
      readonly maxStarted?: number
    },
    mode: StepMode,
  ): Promise<StepRecord>
  /** Stores a value of this library in a native step, without a size limit. */
  store(name: StepName, record: NewRecord | (() => Promise<NewRecord>), mode?: StepMode): Promise<StepRecord>
  /** Whether any work is running. */
  isBusy(): boolean
}

type NewRecord = Omit<StepRecord, 'v' | 'endedAt'>

/** Returns the failure of a step from the error that Inngest stores. */
export function failureOf(error: unknown): { readonly error: JobErrorInfo; readonly attempts: number } {
  const record = readFailedRecord(error)
  if (record) return { error: record.error, attempts: record.attempt }
  return { error: readInngestError(error), attempts: 1 }
}

/** Maximum delay of a step that Inngest starts too early. */
const maxHoldMs = 5000

/**
 * Creates the functions that execute work in native steps: the core makes the attempts, and outcomes are converted for
 * Inngest.
 */
export function createNativeWork(context: NativeStepContext, replay: ReplayContext): NativeWork {
  const { host, sdk, engineAttempt, attempts, runAttempt, runId } = context
  const { clock, signal, definition } = replay
  let busy = 0

  const attempt = async (work: Parameters<NativeWork['performAs']>[1]): Promise<StepRecord> => {
    const { key, kind, policy } = work
    const compensable = work.compensable !== undefined && { compensable: work.compensable }
    const [own, found] = await Promise.all([attempts.ofStep(key), context.retriedRun()])
    const retriedRun = work.how === 'fresh' ? undefined : found
    const recorded = kind === 'compensation' ? undefined : retriedRun?.ended.get(sha1(key))
    if (recorded?.type === 'error') throw storedFailure(recorded.error)
    const known = recorded && readStepRecord(recorded.data)
    if (retriedRun && known?.kind === kind)
      return { ...known, origin: known.origin ?? retriedRun.origin, ...compensable }
    if (retriedRun && recorded) throw storedFailure(unreadable(key, known))
    // The compensation of a reused step has the idempotency key of the run that executed the step.
    const isOfReusedStep = kind === 'compensation' && retriedRun?.ended.has(sha1(key.slice(0, -'/compensation'.length)))
    const origin = (isOfReusedStep ? retriedRun?.origin : retriedRun?.keyOrigin) ?? runId
    await holdUntilDue(own)
    const number = engineAttempt.number + 1 - own.base
    const startedAt = clock.now()
    const outcome = await attemptOnce(work, number, `${origin}/${key}`)
    const traceparent = replay.traceparent()
    if (outcome.type === 'completed') {
      return {
        v: 1,
        kind,
        ...(outcome.output !== undefined && { output: outcome.output }),
        attempts: number,
        maxAttempts: policy.maxAttempts,
        startedAt,
        endedAt: clock.now(),
        ...(runAttempt > 1 && { runAttempt }),
        ...(origin !== runId && { origin }),
        ...(traceparent !== undefined && { traceparent }),
        ...compensable,
      }
    }
    throw await toThrownError(work, outcome, { own, number, startedAt, origin })
  }

  const holdUntilDue = async ({ dueAt = 0 }: AttemptBase): Promise<void> => {
    const leftMs = dueAt - clock.now()
    if (leftMs > 0 && leftMs <= maxHoldMs) await pause(clock, leftMs)
  }

  const attemptOnce = async (
    work: Parameters<NativeWork['performAs']>[1],
    number: number,
    idempotencyKey: string,
  ): Promise<StepOutcome | { readonly type: 'interrupted' | 'cancelled' }> => {
    const { key, kind, policy } = work
    const refusal = refuse(work, number)
    if (refusal) return { type: 'failed', error: toErrorInfo(refusal) }
    const { replayToken, random, limits } = replay
    const logger = bindLogger(replay.logger, { step: key, stepAttempt: number })
    const options = {
      replayToken,
      definitionId: definition.id,
      attempt: number,
      idempotencyKey,
      logger,
      signal,
      clock,
      random,
    }
    const limited = kind === 'compensation' ? undefined : replay
    const attempted = await untilAborted(signal, attemptStep(work, { ...options, limits, timeUp: limited?.timeUp }))
    const outcome = attempted && limited ? retriedBeforeRunEnd(attempted, limited) : attempted
    if (outcome === undefined) return { type: ShutdownError.isInstance(signal.reason) ? 'interrupted' : 'cancelled' }
    const facts = { step: key, stepAttempt: number, maxAttempts: policy.maxAttempts }
    if (outcome.type === 'retry') {
      const { afterMs, error } = outcome
      replay.logger.warn('A step failed and will be retried.', { ...facts, error, afterMs })
    } else if (outcome.type === 'failed') replay.logger.error('A step failed.', { ...facts, error: outcome.error })
    return outcome
  }

  const refuse = (
    { key, policy: { maxAttempts }, maxStarted = maxAttempts }: Parameters<NativeWork['performAs']>[1],
    number: number,
  ): Error | undefined => {
    if (number <= maxStarted) return undefined
    return new AttemptsExhaustedError({ definitionId: `${definition.id}/${key}`, maxAttempts })
  }

  /** Returns the error to throw for an attempt that did not complete. */
  const toThrownError = async (
    { key, policy }: Work,
    outcome: Exclude<Awaited<ReturnType<typeof attemptOnce>>, { type: 'completed' }>,
    { own, number, startedAt, origin }: { own: AttemptBase; number: number; startedAt: number; origin: string },
  ): Promise<unknown> => {
    const isRetried = outcome.type === 'retry' || outcome.type === 'interrupted'
    const server = isRetried ? await host.api.time() : { offsetMs: 0, roundTripMs: 0 }
    const due = dueAfter(outcome.type === 'retry' ? outcome.afterMs : 0, clock.now(), server)
    // An interrupted attempt does not count, although Inngest counts it.
    const base = own.base + (outcome.type === 'interrupted' ? 1 : 0)
    if (isRetried) attempts.record({ step: key, base, dueAt: due.at })
    const workflow = { step: key, base, engineAttempt: engineAttempt.number, origin }
    const facts = { attempt: number, maxAttempts: policy.maxAttempts, startedAt, due, workflow }
    try {
      mapOutcome(outcome.type === 'cancelled' ? { type: 'failed', error: toErrorInfo(signal.reason) } : outcome, facts)
    } catch (thrown) {
      return thrown
    }
    return undefined
  }

  const run = async (name: StepName, mode: StepMode, work: () => Promise<StepRecord>): Promise<StepRecord> => {
    const countedWork = async (): Promise<StepRecord> => {
      busy++
      try {
        return await work()
      } finally {
        busy--
      }
    }
    return readStepRecord(await sdk.run({ ...name, ...mode }, countedWork))!
  }

  const native: NativeWork = {
    isBusy: () => busy > 0,
    async performAs(name, work, mode) {
      try {
        return await run(name, mode, () => attempt(work))
      } catch (thrown) {
        const { error, attempts: attemptCount } = failureOf(thrown)
        throw new StepFailedError({ stepId: work.key, attempts: attemptCount, cause: errorFrom(error) })
      }
    },
    async perform(call, mode, how) {
      if (!('send' in call)) {
        const compensable = call.kind === 'run' && call.compensate && { compensable: call.key }
        return native.performAs(callName(call), { ...call, ...compensable }, mode)
      }
      const work: Work['work'] = async (stepContext) => {
        const { idempotencyKey } = stepContext
        const id = sentJobId(idempotencyKey)
        return withStepJobId(idempotencyKey, id, async () => (await call.work(stepContext)) as Json)
      }
      return native.performAs(callName(call), { ...call, work, how }, mode)
    },
    store: (name, record, mode = {}) =>
      run(name, mode, async () => {
        const value = typeof record === 'function' ? await record() : record
        return { v: 1, ...value, endedAt: clock.now(), ...(runAttempt > 1 && { runAttempt }) }
      }),
  }
  return native
}

/** Returns the error for a completed step whose result cannot be reused. Failing is safer than repeating the step. */
function unreadable(key: string, known: StepRecord | undefined): Error {
  const was = known ? `was \`step.${known.kind}\`` : 'has an unreadable result'
  return new Error(`The step \`${key}\` ${was} in the run that this run retries.`)
}

/** Returns an error with which a step fails again as before, without another attempt. */
function storedFailure(error: unknown): Error {
  const { message, cause, stack = '' } = error as { message?: string; cause?: unknown; stack?: string }
  return Object.assign(new Error(message, { cause }), { name: 'NonRetriableError', stack })
}

/** Returns the outcome with a retry no later than shortly after the latest end of the run, which then fails. */
function retriedBeforeRunEnd(outcome: StepOutcome, replay: ReplayContext): StepOutcome {
  return outcome.type === 'retry' ? { ...outcome, afterMs: atMostUntilRunEnd(outcome.afterMs, replay) } : outcome
}

/** Awaits `work`; resolves to `undefined` if the signal aborts first, even if the work ignores the signal. */
function untilAborted<T>(signal: AbortSignal, work: Promise<T>): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    const stop = (): void => resolve(undefined)
    if (signal.aborted) return stop()
    signal.addEventListener('abort', stop, { once: true })
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop))
  })
}
