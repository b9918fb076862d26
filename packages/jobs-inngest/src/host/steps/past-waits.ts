import { StepFailedError, TooManyPastEventsError } from '@cgk-platform/jobs-core/errors'
import {
  type AwaitableEvent,
  errorFrom,
  type EventWaitCall,
  isEventTaken,
  matchesEvent,
  type ReplayContext,
} from '@cgk-platform/jobs-core/hosted'
import { type Json, pause, type StepRecord as RecordedStep, toErrorInfo } from '@cgk-platform/jobs-core/provider'

import { readTrace } from '../../read/run-trace.ts'
import { tenantOf } from '../../read/tenant-of.ts'
import { startOf } from '../../read/to-step-statuses.ts'
import { toAwaitedEvent } from '../../wire/awaited-event.ts'
import type { Restart } from '../../wire/attempt-record.ts'
import type { PastLook } from '../../wire/past-wait.ts'
import { sha1 } from '../../wire/sha1.ts'
import { toSignalEventName } from '../../wire/signal-event-name.ts'
import { callName, continuationName, pastLookName } from '../../wire/step-names.ts'
import { type EndedStep, type PastWait, readStepRecord, type StepRecord } from '../../wire/step-record.ts'
import { findPastEvent, maxPastEvents } from './find-past-event.ts'
import type { NativeStepContext } from './native-step-context.ts'
import { failureOf, type NativeWork } from './native-work.ts'
import { atMostUntilRunEnd } from './run-end.ts'
import type { StepMode } from './step-queue.ts'

/** The steps that a replay has called. */
export interface CalledSteps {
  /** The record of a step that has completed; `undefined` otherwise. */
  recordOf(key: string): StepRecord | undefined
  /** When this replay called a step, epoch milliseconds. */
  calledAt(key: string): number | undefined
  /** The last `step.restart` of the run, if there was one. */
  restart(): { readonly restart?: Restart }
}

/** Executes a wait with `since`. */
export type PastWaits = (call: EventWaitCall, expression: string, mode: StepMode) => Promise<Json>

/** Inngest's unit for waits. */
const secondMs = 1000
/**
 * Timeouts of the successive native waits. Before each, a look at the history: an event between two of them, or before the
 * first, is found by the next look. So the first is short.
 */
const waitTimeoutsMs = [5000, 60_000, 600_000, 3_600_000, 21_600_000, 86_400_000, 604_800_000]
/** Time after which the history shows an event. Most take 200 ms. */
const historyLagMs = 2000
/** Time before a look in which an event may have been received that the look before did not see. */
const overlapMs = 60_000

/**
 * Creates the function that executes waits with `since`: it looks at the history of events, and then alternates native
 * waits and looks. The two do not run in parallel, because then each later step of the run needs a request of its own.
 */
export function createPastWaits(
  context: NativeStepContext,
  replay: ReplayContext,
  { work, called }: { readonly work: NativeWork; readonly called: CalledSteps },
): PastWaits {
  const { host, sdk, request, runId, tenantId } = context
  const { api } = host
  const { clock } = replay
  /** The events that waits of this replay got. */
  const got: RecordedStep[] = []

  const retriedSteps = async (): Promise<ReadonlyMap<string, EndedStep>> => {
    const reading = context.retriedRun()
    return (reading && (await reading)?.ended) ?? new Map<string, EndedStep>()
  }

  /** Returns the waits of the run that have ended. */
  const endedWaits = async (): Promise<RecordedStep[]> => {
    const ended = [...(await retriedSteps()).values(), ...request.ended.values()]
    return [...got, ...ended.flatMap((step) => (step.type === 'data' ? [toEndedWait(step.data)] : []))]
  }

  /** Returns since when events count for a wait, epoch milliseconds. */
  const sinceOf = async ({ since }: EventWaitCall): Promise<number> => {
    if (typeof since !== 'object') return since ?? clock.now()
    const { step } = since
    const retried = (await retriedSteps()).get(sha1(step))
    const before = retried?.type === 'data' ? readStepRecord(retried.data) : undefined
    const record = called.recordOf(step)
    const now = called.calledAt(step) ?? clock.now()
    const first = record && record.attempts <= 1 ? record.startedAt : ((await startInTrace(step)) ?? now)
    return Math.min(first, before?.startedAt ?? Number.POSITIVE_INFINITY)
  }

  const startInTrace = async (key: string): Promise<number | undefined> => {
    const step = (await readTrace(api, runId)).find(({ hashedId }) => hashedId === sha1(key))
    return step && startOf(step.spans).getTime()
  }

  /** Looks for the earliest event. If there is none and the history may not show all yet, looks again after `lagMs`. */
  const look = async (
    call: EventWaitCall,
    { since, until, receivedSince }: { readonly since: number; readonly until: number; readonly receivedSince: number },
    lagMs: number,
  ): Promise<PastLook> => {
    const { key, event, match, ownJobId } = call
    const record = { steps: await endedWaits(), ...called.restart() }
    const wait = { event, since, ...(ownJobId !== undefined && { ownJobId }) }
    const isTaken = (found: Pick<AwaitableEvent, 'id' | 'sentAt'>): boolean => isEventTaken(record, wait, found)
    const query = { event: nameOf(call), tenantId, match, since, until, receivedSince, isTaken }
    const find = () => findPastEvent(query, api, clock)
    let found = await find()
    if (lagMs > 0 && found !== 'too many' && !found.event) {
      await pause(clock, lagMs)
      found = await find()
    }
    if (found === 'too many') {
      const error = toErrorInfo(new TooManyPastEventsError({ stepId: key, event, maxEvents: maxPastEvents }))
      return { event: null, isOver: true, error }
    }
    const { event: fitting = null, dueAt } = found
    return { event: fitting, isOver: clock.now() >= until, ...(dueAt !== undefined && { dueAt }) }
  }

  const store = async (key: string, ...stored: Parameters<NativeWork['store']>): Promise<StepRecord> => {
    try {
      return await work.store(...stored)
    } catch (thrown) {
      const { error, attempts } = failureOf(thrown)
      throw new StepFailedError({ stepId: key, attempts, cause: errorFrom(error) })
    }
  }

  /** Stores the first look under the key of the step. Without an event, the record has the facts of the wait. */
  const lookFirst = (call: EventWaitCall, mode: StepMode): Promise<StepRecord> =>
    store(
      call.key,
      callName(call),
      async () => {
        const startedAt = clock.now()
        const since = await sinceOf(call)
        const until = startedAt + call.timeoutMs
        const { event, isOver, dueAt, error } = await look(call, { since, until, receivedSince: since }, historyLagMs)
        const base = { kind: 'waitForEvent', attempts: 0, startedAt } as const
        if (event || (isOver && !error)) return { ...base, output: event as unknown as Json | null }
        return {
          ...base,
          past: { since, until, ...(dueAt !== undefined && { dueAt }), ...(error && { error }) },
        }
      },
      mode,
    )

  const lookAgain = (
    call: EventWaitCall,
    { since, until, dueAt, before }: PastWait & { readonly before: number },
    turn: number,
    mode: StepMode,
  ): Promise<StepRecord> =>
    store(
      call.key,
      pastLookName(call.key, turn),
      async () => {
        const startedAt = clock.now()
        const isLast = startedAt >= until
        const readsAll = isLast || dueAt !== undefined
        const receivedSince = readsAll ? since : Math.max(since, before - overlapMs)
        // The native wait got what came later.
        const lagMs = isLast ? Math.max(0, before + historyLagMs - startedAt) : 0
        const output = await look(call, { since, until, receivedSince }, lagMs)
        return { kind: 'check', attempts: 1, startedAt, output: output as unknown as Json }
      },
      mode,
    )

  const settle = (
    key: string,
    end: { readonly output?: Json | undefined } | Required<Pick<PastWait, 'error'>>,
  ): Json => {
    if ('error' in end) throw new StepFailedError({ stepId: key, attempts: 0, cause: errorFrom(end.error) })
    const output = end.output ?? null
    got.push({ key, kind: 'waitForEvent', state: 'completed', attempts: 0, startedAt: 0, output })
    return output
  }

  return async (call, expression, mode) => {
    const { key, match } = call
    const first = await lookFirst(call, mode)
    if (!first.past) return settle(key, first)
    if (first.past.error) return settle(key, { error: first.past.error })
    const { since, until } = first.past
    let { dueAt } = first.past
    let before = first.endedAt
    // After an event that another wait got, the next is likely soon, and it can come between the look and the native wait.
    for (let turn = 2, quiet = 0; ; turn++, quiet++) {
      const limitMs = waitTimeoutsMs[quiet] ?? waitTimeoutsMs.at(-1)!
      const leftMs = Math.min(limitMs, until - clock.now(), (dueAt ?? Number.POSITIVE_INFINITY) - clock.now())
      const timeout = atMostUntilRunEnd(Math.max(1, Math.ceil(leftMs / secondMs)) * secondMs, replay)
      const options = { event: nameOf(call), timeout, if: expression }
      const received = await sdk.waitForEvent({ ...continuationName(key, turn), ...mode }, options)
      const awaited = toAwaitedEvent(received)
      if (received && awaited && tenantOf({ ...received, internal_id: awaited.id }) === tenantId) {
        // An event ends all native waits that are open, and one wait of the code gets it.
        const isFree = !isEventTaken({ steps: got }, { since }, awaited)
        if (isFree && matchesEvent(match, awaited.payload)) return settle(key, { output: awaited as unknown as Json })
        quiet = -1
      }
      const again = await lookAgain(call, { since, until, ...(dueAt !== undefined && { dueAt }), before }, turn, mode)
      const { event: found, isOver, error, dueAt: nextDueAt } = again.output as unknown as PastLook
      if (error) return settle(key, { error })
      if (found || isOver) return settle(key, { output: found as unknown as Json | null })
      dueAt = nextDueAt
      before = again.startedAt
    }
  }
}

/** Returns the event name on Inngest. */
function nameOf({ event, match }: EventWaitCall): string {
  return toSignalEventName(event, match?.['jobId'])
}

/** Returns the record of a wait that ended with what a native step stored; its `output` is `null` if that was no part of one. */
function toEndedWait(data: unknown): RecordedStep {
  const record = readStepRecord(data)
  const look = record?.kind === 'check' ? (record.output as Partial<PastLook> | undefined)?.event : undefined
  const event = record?.kind === 'waitForEvent' ? record.output : record ? look : toAwaitedEvent(data)
  const output = (event ?? null) as Json
  return { key: '', kind: 'waitForEvent', state: 'completed', attempts: 0, startedAt: 0, output }
}
