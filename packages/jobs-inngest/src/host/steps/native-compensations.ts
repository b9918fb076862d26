import {
  type RunCall,
  type StepCall,
  type ReplayContext,
  compensationUnreachedError,
} from '@cgk-platform/jobs-core/hosted'
import { type Json, type JobErrorInfo, toErrorInfo } from '@cgk-platform/jobs-core/provider'

import { sha1 } from '../../wire/sha1.ts'
import { failureName, compensationName } from '../../wire/step-names.ts'
import { readStepRecord, type StepRecord } from '../../wire/step-record.ts'
import type { NativeStepContext } from './native-step-context.ts'
import type { NativeWork } from './native-work.ts'

/** Compensates the completed steps of a permanently failed run. */
export interface NativeCompensations {
  /** Records a completed step that the code called in this replay. Record steps in the order in which they ended. */
  recordCompleted(key: string, record: StepRecord): void
  /** Records the error that ended the code, which can be why the code did not reach a step. */
  recordCodeError(error: unknown): void
  /** Whether the code has not called a step to compensate, so that its compensation is unknown. */
  hasUncalled(): boolean
  /** Compensates all steps that are not compensated yet, the last one first. */
  compensateAll(error: JobErrorInfo, step: string | undefined): Promise<void>
}

/** Creates the compensations of one replay, as native steps. */
export function createNativeCompensations(
  { request, isSuperseded = false }: NativeStepContext,
  replay: ReplayContext,
  work: NativeWork,
  calls: ReadonlyMap<string, StepCall>,
): NativeCompensations {
  const { clock, logger, definition } = replay
  const completed = new Map<string, StepRecord>()
  let thrown: unknown

  const compensationOf = (key: string) => {
    const call = calls.get(key)
    return call?.kind === 'run' && call.compensate ? { ...call, compensate: call.compensate } : undefined
  }
  const recordOf = (id: string): StepRecord | undefined => {
    const ended = request.ended.get(sha1(id))
    return ended?.type === 'data' ? readStepRecord(ended.data) : undefined
  }
  const isDone = (key: string): boolean => request.ended.has(sha1(compensationName(key).id))
  const storedKeys = (): readonly string[] | undefined => recordOf(failureName.id)?.failure?.compensation

  /**
   * Returns the keys of the steps to compensate, the last one first, including steps that this replay did not reach.
   */
  const keysToCompensate = (): readonly string[] => {
    const stored = storedKeys()
    if (stored) return stored
    const ends = new Map<string, number>()
    for (const [key, { endedAt }] of completed) if (compensationOf(key)) ends.set(key, endedAt)
    for (const step of request.ended.values()) {
      const { compensable, endedAt = 0 } = (step.type === 'data' && readStepRecord(step.data)) || {}
      if (compensable !== undefined && !ends.has(compensable)) ends.set(compensable, endedAt)
    }
    return [...ends]
      .toSorted(([, one], [, other]) => one - other)
      .map(([key]) => key)
      .toReversed()
  }

  const rejectUnreached = (key: string) => (): never => {
    throw compensationUnreachedError(definition.id, key, thrown)
  }

  const compensation = async (key: string): Promise<void> => {
    const call = compensationOf(key)
    const output = (completed.get(key) ?? recordOf(key))?.output
    const compensating: RunCall['work'] = call
      ? async (stepContext) => void (await call.compensate(copyOf(output), stepContext))
      : rejectUnreached(key)
    const { policy = definition.retry, timeoutMs } = call ?? {}
    // Attempts in which the code does not reach the step also count. They must not use up the attempts of the
    // compensation.
    const maxStarted = Math.max(policy.maxAttempts, definition.retry.maxAttempts)
    try {
      const compensated = {
        key: `${key}/compensation`,
        policy,
        maxStarted,
        work: compensating,
        ...(timeoutMs !== undefined && { timeoutMs }),
      }
      await work.performAs(compensationName(key), { kind: 'compensation', ...compensated }, {})
    } catch (failed) {
      logger.error('A step could not be compensated.', { step: key, error: toErrorInfo(failed) })
    }
  }

  return {
    recordCompleted: (key, record) => void completed.set(key, record),
    recordCodeError: (error) => void (thrown = error),
    hasUncalled: () => !isSuperseded && keysToCompensate().some((key) => !isDone(key) && !calls.has(key)),
    async compensateAll(error, step) {
      const keys = keysToCompensate()
      if (isSuperseded || keys.length === 0) return
      if (!storedKeys()) {
        const startedAt = clock.now()
        // Stored first, so that later replays do not start new steps.
        const failure = { error, compensation: keys, ...(step !== undefined && { step }) }
        await work.store(failureName, { kind: 'failure', attempts: 1, startedAt, failure })
      }
      for (const key of keys) if (!isDone(key)) await compensation(key)
    },
  }
}

/** Copies an output for the code, so that the code cannot change what is stored. */
export function copyOf(output: Json | undefined): Json | undefined {
  return typeof output === 'object' && output !== null ? structuredClone(output) : output
}
