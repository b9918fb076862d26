import { type Clock, type StepRecord, type WorkflowRecord } from '@cgk-platform/jobs-core'
import { wait } from '@trigger.dev/sdk'

import type { TriggerApi } from '../api/trigger-api.ts'
import { wakeTagOf } from '../wire/wait-keys.ts'
import { type EventWait, isEventWait, openWaits } from './open-waits.ts'

/** The waits of Trigger.dev, which a run may have one of at a time: a second one ends it, and spoils its process. */
export interface VendorWaits {
  until(date: Date): Promise<unknown>
  forToken(id: string): Promise<{ readonly ok: boolean }>
}

/** The SDK's own, for the run under way. */
export const sdkWaits: VendorWaits = {
  until: (date) => wait.until({ date }),
  forToken: (id) => wait.forToken(id),
}

/** What waiting stands on. */
export interface WaitParts {
  readonly api: Pick<TriggerApi, 'tokens'>
  readonly clock: Clock
  readonly waits: VendorWaits
  readonly signal: AbortSignal
  /** Puts answers into the record; the steps that it found one for. */
  readonly readAnswers: () => Promise<readonly StepRecord[]>
}

/** The SDK waits in the process for so long, too. */
const inProcessMs = 5000
/** A token that somebody completes takes several requests: what is due so soon is waited for in the process. */
const soonMs = 1000
/** After a quarter of the time that was waited, and between these, it is looked whether an answer's news was lost. */
const lookAgainMs = { share: 1 / 4, least: 10_000, most: 3_600_000 }
/** A job's run tells of its end just before it ends. */
const endedAfterMs = [50, 100, 200, 400, 800, 1600]

/**
 * Waits until a workflow may go on: to the instant that it asked for, or until one of its waits is answered. The answers
 * are in its record then. Ends early where the run is cancelled.
 */
export async function waitNext(wakeAt: number | undefined, record: WorkflowRecord, parts: WaitParts): Promise<void> {
  const { clock, waits, signal, readAnswers } = parts
  const open = openWaits(record)
  const [first] = open
  const leftMs = (wakeAt ?? Number.POSITIVE_INFINITY) - clock.now()
  if (wakeAt !== undefined && leftMs <= (open.length === 0 ? inProcessMs : soonMs)) {
    await pauseUntil(wakeAt, clock, signal)
  } else if (wakeAt !== undefined && open.length === 0) {
    await unlessAborted(signal, waits.until(new Date(wakeAt)))
    await pauseUntil(wakeAt, clock, signal) // the server's clock may be ahead
  } else if (first && open.length === 1 && isEventWait(first) && wakeAt === first.until) {
    await waitForEvent(first, parts)
  } else {
    await waitForAny(wakeAt, record, parts)
    return
  }
  if (open.length > 0 && !signal.aborted) await readAnswers()
}

/** By its own token, which is over when its patience is. */
async function waitForEvent({ handle, until = 0 }: EventWait, { clock, waits, signal }: WaitParts): Promise<void> {
  const answer = await unlessAborted(signal, waits.forToken(handle))
  if (answer?.ok === false) await pauseUntil(until, clock, signal)
}

/** By one token for everything, which whoever answers any of the waits completes, too. */
async function waitForAny(wakeAt: number | undefined, record: WorkflowRecord, parts: WaitParts): Promise<void> {
  const { api, clock, waits, signal, readAnswers } = parts
  const { origin } = record
  const open = openWaits(record)
  const now = clock.now()
  const since = Math.min(now, ...open.map(({ startedAt }) => startedAt))
  const { share, least, most } = lookAgainMs
  const lookAgainAfterMs = Math.min(Math.max((now - since) * share, least), most)
  const token = await api.tokens.create(`for a wait of the run ${origin}`, {
    timeoutMs: Math.min((wakeAt ?? Number.POSITIVE_INFINITY) - now, lookAgainAfterMs),
    tag: wakeTagOf(origin),
    idempotencyKey: `${origin}/wake/${now}/${crypto.randomUUID()}`,
  })
  // An answer that came before had no such token to complete.
  if ((await readAnswers()).length > 0 || signal.aborted) return
  const woken = await unlessAborted(signal, waits.forToken(token))
  if (!woken || signal.aborted) return
  if ((await readAnswers()).length > 0 || !woken.ok || open.every(isEventWait)) return
  for (const afterMs of endedAfterMs) {
    await pauseUntil(clock.now() + afterMs, clock, signal)
    if (signal.aborted || (await readAnswers()).length > 0) return
  }
}

/** Waits in the process, no longer than the run goes on. */
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

/** What some work answers, or nothing once the run is cancelled: its process ends then, so nothing waits on in it. */
async function unlessAborted<T>(signal: AbortSignal, work: Promise<T>): Promise<T | undefined> {
  if (signal.aborted) return undefined
  let stop = (): void => undefined
  const aborted = new Promise<undefined>((resolve) => {
    stop = () => resolve(undefined)
    signal.addEventListener('abort', stop, { once: true })
  })
  return Promise.race([work, aborted]).finally(() => signal.removeEventListener('abort', stop))
}
