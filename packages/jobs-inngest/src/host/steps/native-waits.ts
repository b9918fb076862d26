import { UnsupportedFeatureError } from '@cgk-platform/jobs-core'
import {
  type Json,
  type EventWaitCall,
  matchesEvent,
  pause,
  type SleepCall,
  type SleepUntilCall,
  type ReplayContext,
  type WaitCall,
} from '@cgk-platform/jobs-core/provider'

import { toAwaitedEvent } from '../../wire/awaited-event.ts'
import { sha1 } from '../../wire/sha1.ts'
import { callName, continuationName, remainderName, type StepName } from '../../wire/step-names.ts'
import { readStepRecord, type StepRecord } from '../../wire/step-record.ts'
import type { NativeStepContext } from './native-step-context.ts'
import type { StepMode } from './step-queue.ts'
import { toWaitExpression } from './wait-expression.ts'

/** Performs a step that waits. */
export type NativeWaits = (call: WaitCall, mode: StepMode) => Promise<Json | undefined>

/** Inngest sleeps whole seconds, and rounds an instant to some second nearby. */
const secondMs = 1000
/** It sleeps and waits for a year at most. */
const longestSleepMs = 300 * 86_400_000
const longestWaitMs = 365 * 86_400_000

/** Waits by native sleeps and waits; a wait is over no earlier than asked. */
export function createNativeWaits(context: NativeStepContext, tools: ReplayContext): NativeWaits {
  const { sdk, pass, tenantId } = context
  const { clock } = tools
  const ended = ({ id }: StepName) => pass.ended.get(sha1(id))

  /** A step of the run that this one retries is not waited for again. */
  const kept = async (
    call: SleepCall | SleepUntilCall | EventWaitCall,
    mode: StepMode,
  ): Promise<StepRecord | undefined> => {
    const name = callName(call)
    const known = ended(name)
    if (known) {
      const record = known.type === 'data' ? readStepRecord(known.data) : undefined
      return record && readStepRecord(await sdk.run({ ...name, ...mode }, () => undefined))
    }
    const asked = context.earlier()
    const earlier = asked && (await asked)
    const recorded = earlier?.ended.get(sha1(call.key))
    if (!earlier || recorded?.type !== 'data') return undefined
    const before = readStepRecord(recorded.data)
    const at = clock.now()
    const output =
      call.kind === 'waitForEvent'
        ? before
          ? before.output
          : (toAwaitedEvent(recorded.data) as Json | null)
        : undefined
    const record: StepRecord = {
      ...{ v: 1, kind: call.kind, attempts: 0, startedAt: at, endedAt: at, origin: earlier.origin },
      ...(output !== undefined && { output }),
    }
    return readStepRecord(await sdk.run({ ...name, ...mode }, () => record))
  }

  /** Sleeps whole seconds; over a year in pieces. */
  const sleepSeconds = async (call: SleepCall | SleepUntilCall, mode: StepMode, durationMs: number): Promise<void> => {
    let leftMs = Math.floor(durationMs / secondMs) * secondMs
    for (let part = 0; part === 0 || leftMs > 0; part++) {
      const name = part === 0 ? callName(call) : continuationName(call.key, part + 1)
      await sdk.sleep({ ...name, ...mode }, Math.min(leftMs, longestSleepMs))
      leftMs -= longestSleepMs
    }
  }

  const sleep = async (call: SleepCall, mode: StepMode): Promise<void> => {
    const { durationMs } = call
    const restMs = durationMs % secondMs
    const isShort = durationMs < secondMs
    if (!isShort) await sleepSeconds(call, mode, durationMs)
    if (!isShort && restMs === 0) return
    const name = isShort ? callName(call) : remainderName(call.key)
    await sdk.run({ ...name, ...mode }, async (): Promise<StepRecord> => {
      const startedAt = clock.now()
      await pause(clock, restMs)
      return { v: 1, kind: isShort ? 'sleep' : 'rest', attempts: 0, startedAt, endedAt: clock.now() }
    })
  }

  /** What is left after whole seconds is waited for here: an instant needs no record of when the wait began. */
  const sleepUntil = async (call: SleepUntilCall, mode: StepMode): Promise<void> => {
    const leftMs = (): number => call.until - clock.now()
    if (ended(callName(call)) || pass.targetStep === sha1(call.key) || leftMs() >= secondMs) {
      await sleepSeconds(call, mode, Math.max(secondMs, leftMs()))
    }
    const restMs = leftMs()
    if (restMs > 0) await pause(clock, restMs)
  }

  const waitForEvent = async (call: EventWaitCall, mode: StepMode): Promise<Json> => {
    const { event, match, timeoutMs } = call
    if (timeoutMs > longestWaitMs) {
      const remedy = 'Wait for a year or less, and again after it.'
      throw new UnsupportedFeatureError({ feature: `a wait of ${timeoutMs} ms`, provider: 'inngest', remedy })
    }
    const expression = toWaitExpression(tenantId, match)
    const timeout = Math.ceil(timeoutMs / secondMs) * secondMs
    for (let turn = 1; ; turn++) {
      const name = turn === 1 ? callName(call) : continuationName(call.key, turn)
      const came = await sdk.waitForEvent({ ...name, ...mode }, { event, timeout, if: expression })
      if (!came) return null
      // Told by Inngest's own comparison; that no other tenant's event gets through is worth a second look.
      const isOurs = (came.data as { tenantId?: unknown } | null | undefined)?.tenantId === tenantId
      const awaited = toAwaitedEvent(came)!
      if (isOurs && matchesEvent(match, awaited.payload)) return awaited as unknown as Json
    }
  }

  return async (call, mode) => {
    const record = await kept(call, mode)
    if (record) return record.output
    if (call.kind === 'waitForEvent') return waitForEvent(call, mode)
    await (call.kind === 'sleep' ? sleep(call, mode) : sleepUntil(call, mode))
    return undefined
  }
}
