import type { Clock, StepRecord, WorkflowRecord } from '@cgk-platform/jobs-core/provider'
import { wait } from '@trigger.dev/sdk'

import type { TriggerApi } from '../api/trigger-api.ts'
import { wakeTagOf } from '../wire/wait-keys.ts'
import { type EventWait, isEventWait, openWaits } from './open-waits.ts'
import { type PollInterval, pollDelayMs } from './poll-delay-ms.ts'

/** Trigger.dev's waits. A run may have only one at a time: a second one ends the run and breaks its process. */
export interface SdkWaits {
  until(date: Date): Promise<unknown>
  forToken(id: string): Promise<{ readonly ok: boolean }>
}

/** The SDK's waits, for the current run. */
export const sdkWaits: SdkWaits = {
  until: (date) => wait.until({ date }),
  forToken: (id) => wait.forToken(id),
}

/** The services and signals that a wait needs. */
export interface WaitDependencies {
  readonly runId: string
  readonly api: Pick<TriggerApi, 'tokens'>
  readonly clock: Clock
  readonly waits: SdkWaits
  readonly signal: AbortSignal
  /** Aborts if the code has called a step after its replay ended. A new replay at once can then continue. */
  readonly lateCall: AbortSignal
  /** Writes new wait results into the record. */
  readonly resolveWaits: () => Promise<unknown>
  /** True if the record has results that the code has not seen. */
  readonly hasChanges: () => boolean
}

/** Waits up to this long stay in the process, as in the SDK. */
const inProcessMs = 5000
/** Completing a token takes several requests. So a wake-up this close is awaited in the process. */
const soonMs = 1000
/** Interval of checks for a lost notification. */
const checkInterval: PollInterval = { share: 1 / 4, minMs: 10_000, maxMs: 3_600_000 }
/** Pauses between reads after a wake-up. A run notifies just before it ends, and a token read may be slightly stale. */
const readPausesMs = [50, 100, 200, 400, 800, 1600]

/**
 * Waits until a workflow can continue: until `wakeAt`, or until one of its waits has a result. The results are then in
 * the record. Returns early if the run is cancelled, and at once if there is already something to continue with.
 *
 * @param wakeAt - when the workflow wants to continue, in epoch milliseconds
 */
export async function waitUntilResumable(
  wakeAt: number | undefined,
  record: WorkflowRecord,
  dependencies: WaitDependencies,
): Promise<void> {
  const { clock, waits, signal, lateCall, resolveWaits } = dependencies
  if (isDue(dependencies)) return
  const open = openWaits(record)
  const [first] = open
  const leftMs = (wakeAt ?? Number.POSITIVE_INFINITY) - clock.now()
  if (wakeAt !== undefined && leftMs <= (open.length === 0 ? inProcessMs : soonMs)) {
    await pauseUntil(wakeAt, clock, AbortSignal.any([signal, lateCall]))
    if (open.length > 0 && !isDue(dependencies)) await resolveWaits()
  } else if (wakeAt !== undefined && open.length === 0) {
    await unlessAborted(signal, waits.until(new Date(wakeAt)))
    await pauseUntil(wakeAt, clock, signal) // the server's clock may be ahead
  } else if (first && open.length === 1 && isEventWait(first) && wakeAt === first.until) {
    await waitForEvent(first, dependencies)
  } else {
    await waitForAny(wakeAt, open, dependencies)
  }
}

/** Returns true if the workflow can continue without waiting. */
function isDue({ signal, lateCall, hasChanges }: WaitDependencies): boolean {
  return signal.aborted || lateCall.aborted || hasChanges()
}

/** Waits for the token of a single event wait, which expires when the wait times out. */
async function waitForEvent(step: EventWait, dependencies: WaitDependencies): Promise<void> {
  const { clock, waits, signal } = dependencies
  const { handle, until = 0 } = step
  const result = await unlessAborted(signal, waits.forToken(handle))
  // The next replay then looks for the event before the step times out.
  if (result?.ok === false) return pauseUntil(until, clock, signal)
  // If the token was completed with something other than a matching event, the step has a new token.
  await readResults(dependencies, () => !result?.ok || step.handle !== handle)
}

/** Waits for one token that stands for all open waits. Whoever ends one of the waits also completes this token. */
async function waitForAny(
  wakeAt: number | undefined,
  open: readonly StepRecord[],
  dependencies: WaitDependencies,
): Promise<void> {
  const { runId, api, clock, waits, signal, resolveWaits } = dependencies
  const now = clock.now()
  const since = Math.min(now, ...open.map(({ startedAt }) => startedAt))
  const token = await api.tokens.create(`create a token for the run ${runId}`, {
    timeoutMs: Math.min((wakeAt ?? Number.POSITIVE_INFINITY) - now, pollDelayMs(now - since, checkInterval)),
    tags: [wakeTagOf(runId)],
    idempotencyKey: `${runId}/wake/${now}/${crypto.randomUUID()}`,
  })
  if (isDue(dependencies)) return
  // Reads results that arrived before the token existed.
  await resolveWaits()
  if (isDue(dependencies)) return
  const woken = await unlessAborted(signal, waits.forToken(token))
  await readResults(dependencies, () => !woken?.ok || open.every(isEventWait))
}

/** Reads results, with pauses, until there is something to continue with or `isEnough` returns true. */
async function readResults(dependencies: WaitDependencies, isEnough: () => boolean): Promise<void> {
  const { clock, signal, resolveWaits, hasChanges } = dependencies
  for (const afterMs of [0, ...readPausesMs]) {
    await pauseUntil(clock.now() + afterMs, clock, signal)
    if (signal.aborted) return
    await resolveWaits()
    if (hasChanges() || isEnough()) return
  }
}

/** Waits in the process until `at` (epoch milliseconds), or until the run is cancelled. */
export async function pauseUntil(at: number, clock: Clock, signal: AbortSignal): Promise<void> {
  const leftMs = at - clock.now()
  if (leftMs <= 0 || signal.aborted) return
  let stop = (): void => undefined
  const passed = new Promise<void>((resolve) => {
    const timer = clock.setTimer(leftMs, resolve)
    stop = () => timer.cancel()
  })
  await unlessAborted(signal, passed).finally(() => stop())
}

/** Awaits work, or returns `undefined` once the run is cancelled: its process then ends. */
export async function unlessAborted<T>(signal: AbortSignal, work: Promise<T>): Promise<T | undefined> {
  if (signal.aborted) return undefined
  let stop = (): void => undefined
  const aborted = new Promise<undefined>((resolve) => {
    stop = () => resolve(undefined)
    signal.addEventListener('abort', stop, { once: true })
  })
  return Promise.race([work, aborted]).finally(() => signal.removeEventListener('abort', stop))
}
