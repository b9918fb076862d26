import {
  AttemptsExhaustedError,
  ShutdownError,
  StepFailedError,
  UnsupportedFeatureError,
} from '@cgk-platform/jobs-core'
import {
  type Json,
  type JobErrorInfo,
  attemptStep,
  bindLogger,
  errorFrom,
  pause,
  type StepOutcome,
  type ReplayContext,
  toErrorInfo,
  type Work,
  type WorkCall,
} from '@cgk-platform/jobs-core/provider'

import { inngestCapabilities } from '../../capabilities.ts'
import { withStepJobId } from '../../send/step-job-ids.ts'
import { readFailedRecord, readInngestError } from '../../wire/attempt-record.ts'
import { sha1 } from '../../wire/sha1.ts'
import { callName, type StepName } from '../../wire/step-names.ts'
import { readStepRecord, type StepRecord } from '../../wire/step-record.ts'
import { dueAfter, mapOutcome } from '../map-outcome.ts'
import type { NativeStepContext } from './native-step-context.ts'
import { sentJobId } from './sent-job-id.ts'
import type { StepMode } from './step-queue.ts'
import type { AttemptBase } from './workflow-attempts.ts'

/** Work as what a native step does. */
export interface NativeWork {
  /** Does the work of a step; anew also where the run that this one retries had done it. @throws {StepFailedError} */
  perform(call: WorkCall, mode: StepMode, how?: 'anew'): Promise<StepRecord>
  /** Does work in a native step of this name. @throws {StepFailedError} */
  performAs(
    name: StepName,
    work: Work & {
      readonly kind: WorkCall['kind'] | 'compensation'
      readonly how?: 'anew' | undefined
      /** The step's key, where it has a compensation. */
      readonly compensable?: string
      /** How many attempts may be begun; by default the policy's. */
      readonly maxStarted?: number
    },
    mode: StepMode,
  ): Promise<StepRecord>
  /** Keeps something that is no work of a step, whatever its size. */
  keep(name: StepName, record: NewRecord | (() => Promise<NewRecord>), mode?: StepMode): Promise<StepRecord>
  /** True while work goes on. */
  isBusy(): boolean
}

type NewRecord = Omit<StepRecord, 'v' | 'endedAt'>

/** What failed in a step, by the error that Inngest keeps. */
export function failureOf(error: unknown): { readonly error: JobErrorInfo; readonly attempts: number } {
  const record = readFailedRecord(error)
  if (record) return { error: record.error, attempts: record.attempt }
  return { error: readInngestError(error), attempts: 1 }
}

/** The longest that a step is held back which Inngest begins too early. */
const longestHoldMs = 5000

/** Does work in native steps, each attempt by the core, and its outcome in Inngest's words. */
export function createNativeWork(context: NativeStepContext, tools: ReplayContext): NativeWork {
  const { host, sdk, at, attempts, runAttempt, runId } = context
  const { clock, signal, definition } = tools
  const { maxAttemptsLimit } = inngestCapabilities
  let busy = 0

  const attempt = async (work: Parameters<NativeWork['performAs']>[1]): Promise<StepRecord> => {
    const { key, kind, policy } = work
    const compensable = work.compensable !== undefined && { compensable: work.compensable }
    const [own, found] = await Promise.all([attempts.ofStep(key), context.earlier()])
    const earlier = work.how === 'anew' ? undefined : found
    const recorded = kind === 'compensation' ? undefined : earlier?.ended.get(sha1(key))
    if (recorded?.type === 'error') throw storedFailure(recorded.error)
    const known = recorded && readStepRecord(recorded.data)
    if (earlier && known?.kind === kind) return { ...known, origin: known.origin ?? earlier.origin, ...compensable }
    if (earlier && recorded) throw storedFailure(unreadable(key, known))
    // What compensates a step that was kept has the key of the run that did it.
    const isOfKept = kind === 'compensation' && earlier?.ended.has(sha1(key.slice(0, -'/compensation'.length)))
    const origin = (isOfKept ? earlier?.origin : earlier?.keyOrigin) ?? runId
    await holdUntilDue(own)
    const number = at.number + 1 - own.base
    const startedAt = clock.now()
    const outcome = await attemptOnce(work, number, `${origin}/${key}`)
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
        ...compensable,
      }
    }
    throw await failed(work, outcome, { own, number, startedAt, origin })
  }

  const holdUntilDue = async ({ dueAt = 0 }: AttemptBase): Promise<void> => {
    const leftMs = dueAt - clock.now()
    if (leftMs > 0 && leftMs <= longestHoldMs) await pause(clock, leftMs)
  }

  const attemptOnce = async (
    work: Parameters<NativeWork['performAs']>[1],
    number: number,
    idempotencyKey: string,
  ): Promise<StepOutcome | { readonly type: 'interrupted' | 'cancelled' }> => {
    const { key, policy } = work
    const refusal = refuse(work, number)
    if (refusal) return { type: 'failed', error: toErrorInfo(refusal) }
    const { replayToken, random, limits } = tools
    const logger = bindLogger(tools.logger, { step: key, stepAttempt: number })
    const made = {
      replayToken,
      definitionId: definition.id,
      attempt: number,
      idempotencyKey,
      logger,
      signal,
      clock,
      random,
    }
    const outcome = await untilAborted(signal, attemptStep(work, { ...made, limits }))
    if (outcome === undefined) return { type: ShutdownError.isInstance(signal.reason) ? 'interrupted' : 'cancelled' }
    const facts = { step: key, stepAttempt: number, maxAttempts: policy.maxAttempts }
    if (outcome.type === 'retry') {
      const { afterMs, error } = outcome
      tools.logger.warn('A step failed and is tried again.', { ...facts, error, afterMs })
    } else if (outcome.type === 'failed') tools.logger.error('A step failed.', { ...facts, error: outcome.error })
    return outcome
  }

  const refuse = (
    { key, policy: { maxAttempts }, maxStarted = maxAttempts }: Parameters<NativeWork['performAs']>[1],
    number: number,
  ): Error | undefined => {
    if (maxAttempts > maxAttemptsLimit) {
      const remedy = `Lower it in the step \`${key}\` of \`${definition.id}\` to ${maxAttemptsLimit} or less.`
      return new UnsupportedFeatureError({ feature: `retry.maxAttempts: ${maxAttempts}`, provider: 'inngest', remedy })
    }
    if (number <= maxStarted) return undefined
    return new AttemptsExhaustedError({ definitionId: `${definition.id}/${key}`, maxAttempts })
  }

  /** What Inngest is told of an attempt that did not complete, by what it throws. */
  const failed = async (
    { key, policy }: Work,
    outcome: Exclude<Awaited<ReturnType<typeof attemptOnce>>, { type: 'completed' }>,
    made: { own: AttemptBase; number: number; startedAt: number; origin: string },
  ): Promise<unknown> => {
    const { own, number, startedAt, origin } = made
    const isMadeAgain = outcome.type === 'retry' || outcome.type === 'interrupted'
    const server = isMadeAgain ? await host.api.time() : { offsetMs: 0, roundTripMs: 0 }
    const due = dueAfter(outcome.type === 'retry' ? outcome.afterMs : 0, clock.now(), server)
    // One that was interrupted counts as not made, though Inngest counts it.
    const base = own.base + (outcome.type === 'interrupted' ? 1 : 0)
    if (isMadeAgain) attempts.note({ step: key, base, dueAt: due.at })
    const workflow = { step: key, base, engineAttempt: at.number, origin }
    const facts = { attempt: number, maxAttempts: policy.maxAttempts, startedAt, due, workflow }
    try {
      mapOutcome(outcome.type === 'cancelled' ? { type: 'failed', error: toErrorInfo(signal.reason) } : outcome, facts)
    } catch (thrown) {
      return thrown
    }
    return undefined
  }

  const run = async (name: StepName, mode: StepMode, work: () => Promise<StepRecord>): Promise<StepRecord> => {
    const busily = async (): Promise<StepRecord> => {
      busy++
      try {
        return await work()
      } finally {
        busy--
      }
    }
    return readStepRecord(await sdk.run({ ...name, ...mode }, busily))!
  }

  const native: NativeWork = {
    isBusy: () => busy > 0,
    async performAs(name, work, mode) {
      try {
        return await run(name, mode, () => attempt(work))
      } catch (thrown) {
        const { error, attempts: made } = failureOf(thrown)
        throw new StepFailedError({ stepId: work.key, attempts: made, cause: errorFrom(error) })
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
    keep: (name, record, mode = {}) =>
      run(name, mode, async () => {
        const kept = typeof record === 'function' ? await record() : record
        return { v: 1, ...kept, endedAt: clock.now(), ...(runAttempt > 1 && { runAttempt }) }
      }),
  }
  return native
}

/** It was done: to do it once more because its result cannot be read would be worse than to fail. */
function unreadable(key: string, known: StepRecord | undefined): Error {
  const was = known ? `was \`step.${known.kind}\`` : 'left a result that cannot be read'
  return new Error(`The step \`${key}\` ${was} in the run that this one retries.`)
}

/** A step fails again of what it had failed of, without another attempt. */
function storedFailure(error: unknown): Error {
  const { message, cause, stack = '' } = error as { message?: string; cause?: unknown; stack?: string }
  return Object.assign(new Error(message, { cause }), { name: 'NonRetriableError', stack })
}

/** Nothing, where the signal aborts first: the work need not take notice. */
function untilAborted<T>(signal: AbortSignal, work: Promise<T>): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    const stop = (): void => resolve(undefined)
    if (signal.aborted) return stop()
    signal.addEventListener('abort', stop, { once: true })
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop))
  })
}
