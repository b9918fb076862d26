import {
  type EventWaitCall,
  matchesEvent,
  type SleepCall,
  type SleepUntilCall,
  type ReplayContext,
  type WaitCall,
} from '@cgk-platform/jobs-core/hosted'
import { type Json, pause } from '@cgk-platform/jobs-core/provider'

import { tenantOf } from '../../read/tenant-of.ts'
import { toAwaitedEvent } from '../../wire/awaited-event.ts'
import { pastWaitEndIn } from '../../wire/past-wait.ts'
import { sha1 } from '../../wire/sha1.ts'
import { callName, continuationName, remainderName, type StepName } from '../../wire/step-names.ts'
import { readStepRecord, type StepRecord } from '../../wire/step-record.ts'
import type { NativeStepContext } from './native-step-context.ts'
import { createPastWaits } from './past-waits.ts'
import { atMostUntilRunEnd } from './run-end.ts'
import type { StepMode } from './step-queue.ts'
import { toWaitExpression } from './wait-expression.ts'

/** Executes a step that waits. */
export type NativeWaits = (call: WaitCall, mode: StepMode) => Promise<Json | undefined>

/** Inngest's unit for sleeps. It rounds an instant to a nearby second. */
const secondMs = 1000
/** Duration of the longest native sleep. Inngest's maximum is a year. */
const maxSleepMs = 300 * 86_400_000

/** Creates the function that executes waits as native sleeps and event waits. A sleep never ends early. */
export function createNativeWaits(
  context: NativeStepContext,
  replay: ReplayContext,
  tools: Parameters<typeof createPastWaits>[2],
): NativeWaits {
  const { sdk, request, tenantId } = context
  const waitSince = createPastWaits(context, replay, tools)
  const { clock } = replay
  const endedStep = ({ id }: StepName) => request.ended.get(sha1(id))

  /** Returns the record of a wait that ended in the run that this one retries, so that it is not repeated. */
  const reusedRecord = async (
    call: SleepCall | SleepUntilCall | EventWaitCall,
    mode: StepMode,
  ): Promise<StepRecord | undefined> => {
    const name = callName(call)
    const known = endedStep(name)
    if (known) {
      const record = known.type === 'data' ? readStepRecord(known.data) : undefined
      if (record?.past) return undefined
      return record && readStepRecord(await sdk.run({ ...name, ...mode }, () => undefined))
    }
    const reading = context.retriedRun()
    const retried = reading && (await reading)
    const ended = retried?.ended.get(sha1(call.key))
    if (!retried || ended?.type !== 'data') return undefined
    const before = readStepRecord(ended.data)
    const past = before?.past && pastWaitEndIn(retried.ended, call.key)
    if (before?.past && (!past || 'error' in past)) return undefined
    const at = clock.now()
    const waited = past ?? before
    const awaited = waited && 'output' in waited ? waited.output : (toAwaitedEvent(ended.data) as Json | null)
    const output = call.kind === 'waitForEvent' ? awaited : undefined
    const record: StepRecord = {
      ...{ v: 1, kind: call.kind, attempts: 0, startedAt: at, endedAt: at, origin: retried.origin },
      ...(output !== undefined && { output }),
    }
    return readStepRecord(await sdk.run({ ...name, ...mode }, () => record))
  }

  /** Sleeps whole seconds, in several native sleeps if the duration exceeds Inngest's maximum. */
  const sleepSeconds = async (call: SleepCall | SleepUntilCall, mode: StepMode, durationMs: number): Promise<void> => {
    let leftMs = Math.floor(durationMs / secondMs) * secondMs
    for (let part = 0; part === 0 || leftMs > 0; part++) {
      const name = part === 0 ? callName(call) : continuationName(call.key, part + 1)
      await sdk.sleep({ ...name, ...mode }, atMostUntilRunEnd(Math.min(leftMs, maxSleepMs), replay))
      leftMs -= maxSleepMs
    }
  }

  const sleep = async (call: SleepCall, mode: StepMode): Promise<void> => {
    const { durationMs } = call
    const remainderMs = durationMs % secondMs
    const isShort = durationMs < secondMs
    if (!isShort) await sleepSeconds(call, mode, durationMs)
    if (!isShort && remainderMs === 0) return
    const name = isShort ? callName(call) : remainderName(call.key)
    await sdk.run({ ...name, ...mode }, async (): Promise<StepRecord> => {
      const startedAt = clock.now()
      await pause(clock, remainderMs)
      return { v: 1, kind: isShort ? 'sleep' : 'rest', attempts: 0, startedAt, endedAt: clock.now() }
    })
  }

  /** Waits for the remainder below one second in this process, without a step: no record of the start is needed. */
  const sleepUntil = async (call: SleepUntilCall, mode: StepMode): Promise<void> => {
    const leftMs = (): number => call.until - clock.now()
    if (endedStep(callName(call)) || request.targetStep === sha1(call.key) || leftMs() >= secondMs) {
      await sleepSeconds(call, mode, Math.max(secondMs, leftMs()))
    }
    const remainderMs = leftMs()
    if (remainderMs > 0) await pause(clock, remainderMs)
  }

  /** Returns true for a wait with `since`. One that has begun stays as it was, whatever the code now says. */
  const isSince = (call: EventWaitCall): boolean => {
    const known = endedStep(callName(call))
    return known?.type === 'data' ? readStepRecord(known.data)?.past !== undefined : call.since !== undefined
  }

  const waitForEvent = async (call: EventWaitCall, mode: StepMode): Promise<Json> => {
    const { event, match, timeoutMs } = call
    const expression = toWaitExpression(tenantId, match)
    if (isSince(call)) return waitSince(call, expression, mode)
    const timeout = atMostUntilRunEnd(Math.ceil(timeoutMs / secondMs) * secondMs, replay)
    for (let turn = 1; ; turn++) {
      const name = turn === 1 ? callName(call) : continuationName(call.key, turn)
      const received = await sdk.waitForEvent({ ...name, ...mode }, { event, timeout, if: expression })
      if (!received) return null
      // Inngest has compared the event already. This second check guarantees that it belongs to the tenant.
      const awaited = toAwaitedEvent(received)!
      if (tenantOf({ ...received, internal_id: awaited.id }) === tenantId && matchesEvent(match, awaited.payload))
        return awaited as unknown as Json
    }
  }

  return async (call, mode) => {
    const record = await reusedRecord(call, mode)
    if (record) return record.output
    if (call.kind === 'waitForEvent') return waitForEvent(call, mode)
    await (call.kind === 'sleep' ? sleep(call, mode) : sleepUntil(call, mode))
    return undefined
  }
}
