import {
  type Json,
  type JobErrorInfo,
  type RunCall,
  type StepCall,
  type ReplayContext,
  toErrorInfo,
  compensationUnreachedError,
} from '@cgk-platform/jobs-core/provider'

import { sha1 } from '../../wire/sha1.ts'
import { failureName, compensationName } from '../../wire/step-names.ts'
import { readStepRecord, type StepRecord } from '../../wire/step-record.ts'
import type { NativeStepContext } from './native-step-context.ts'
import type { NativeWork } from './native-work.ts'

/** Compensates what a run did that has failed for good. */
export interface NativeCompensations {
  /** Notes what a step came to that the code has called in this pass, in the order in which they ended. */
  noteCompleted(key: string, record: StepRecord): void
  /** Notes what the code ended with: that may be why it did not come to a step. */
  codeThrew(error: unknown): void
  /** True where a step is to be compensated that the code has not called: its compensation is not known yet. */
  hasUncalled(): boolean
  /** Compensates all that is left to compensate, the last one first. */
  compensateAll(error: JobErrorInfo, step: string | undefined): Promise<void>
}

/** The compensations of one pass, as native steps. */
export function createNativeCompensations(
  { pass, isSuperseded = false }: NativeStepContext,
  tools: ReplayContext,
  work: NativeWork,
  calls: ReadonlyMap<string, StepCall>,
): NativeCompensations {
  const { clock, logger, definition } = tools
  const completed = new Map<string, StepRecord>()
  let thrown: unknown

  const compensationOf = (key: string) => {
    const call = calls.get(key)
    return call?.kind === 'run' && call.compensate ? { ...call, compensate: call.compensate } : undefined
  }
  const recordOf = (id: string): StepRecord | undefined => {
    const ended = pass.ended.get(sha1(id))
    return ended?.type === 'data' ? readStepRecord(ended.data) : undefined
  }
  const isDone = (key: string): boolean => pass.ended.has(sha1(compensationName(key).id))
  const kept = (): readonly string[] | undefined => recordOf(failureName.id)?.failure?.compensation

  /** The last one first, also those that the code did not come to in this pass. */
  const toCompensate = (): readonly string[] => {
    const known = kept()
    if (known) return known
    const ends = new Map<string, number>()
    for (const [key, { endedAt }] of completed) if (compensationOf(key)) ends.set(key, endedAt)
    for (const step of pass.ended.values()) {
      const { compensable, endedAt = 0 } = (step.type === 'data' && readStepRecord(step.data)) || {}
      if (compensable !== undefined && !ends.has(compensable)) ends.set(compensable, endedAt)
    }
    return [...ends]
      .toSorted(([, one], [, other]) => one - other)
      .map(([key]) => key)
      .toReversed()
  }

  const unreached = (key: string) => (): never => {
    throw compensationUnreachedError(definition.id, key, thrown)
  }

  const compensation = async (key: string): Promise<void> => {
    const call = compensationOf(key)
    const output = (completed.get(key) ?? recordOf(key))?.output
    const compensating: RunCall['work'] = call
      ? async (stepContext) => void (await call.compensate(copyOf(output), stepContext))
      : unreached(key)
    const { policy = definition.retry, timeoutMs } = call ?? {}
    // Attempts in which the code did not come to it are counted, too, and must not use up those of the compensation itself.
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
    noteCompleted: (key, record) => void completed.set(key, record),
    codeThrew: (error) => void (thrown = error),
    hasUncalled: () => !isSuperseded && toCompensate().some((key) => !isDone(key) && !calls.has(key)),
    async compensateAll(error, step) {
      const keys = toCompensate()
      if (isSuperseded || keys.length === 0) return
      if (!kept()) {
        const at = clock.now()
        // Kept before: a pass that comes after goes no further than what was done.
        const failure = { error, compensation: keys, ...(step !== undefined && { step }) }
        await work.keep(failureName, { kind: 'failure', attempts: 1, startedAt: at, failure })
      }
      for (const key of keys) if (!isDone(key)) await compensation(key)
    },
  }
}

/** What the code gets is its own: a change of it changes nothing that is kept. */
export function copyOf(output: Json | undefined): Json | undefined {
  return typeof output === 'object' && output !== null ? structuredClone(output) : output
}
