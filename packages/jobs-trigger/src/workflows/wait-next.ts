import type { Clock, StepRecord, WorkflowRecord } from '@cgk-platform/jobs-core/provider'
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
  readonly runId: string
  readonly api: Pick<TriggerApi, 'tokens'>
  readonly clock: Clock
  readonly waits: VendorWaits
  readonly signal: AbortSignal
  /** Aborts where the code has called a step meanwhile, and goes on if it is run again at once. */
  readonly late: AbortSignal
  /** Puts answers into the record. */
  readonly readAnswers: () => Promise<unknown>
  /** True once the record has more than the code has seen. */
  readonly hasNews: () => boolean
}

/** The SDK waits in the process for so long, too. */
const inProcessMs = 5000
/** A token that somebody completes takes several requests: what is due so soon is waited for in the process. */
const soonMs = 1000
/** After a quarter of the time that was waited, and between these, it is looked whether an answer's news was lost. */
const lookAgainMs = { share: 1 / 4, least: 10_000, most: 3_600_000 }
/** A job's run tells of its end just before it ends, and what is read of a token may be a moment old. */
const toldAfterMs = [50, 100, 200, 400, 800, 1600]

/**
 * Waits until a workflow may go on: to the instant that it asked for, or until one of its waits is answered. The answers
 * are in its record then. Ends early where the run is cancelled, and at once where there is something to go on with.
 */
export async function waitNext(wakeAt: number | undefined, record: WorkflowRecord, parts: WaitParts): Promise<void> {
  const { clock, waits, signal, late, readAnswers } = parts
  if (isDue(parts)) return
  const open = openWaits(record)
  const [first] = open
  const leftMs = (wakeAt ?? Number.POSITIVE_INFINITY) - clock.now()
  if (wakeAt !== undefined && leftMs <= (open.length === 0 ? inProcessMs : soonMs)) {
    await pauseUntil(wakeAt, clock, AbortSignal.any([signal, late]))
    if (open.length > 0 && !isDue(parts)) await readAnswers()
  } else if (wakeAt !== undefined && open.length === 0) {
    await unlessAborted(signal, waits.until(new Date(wakeAt)))
    await pauseUntil(wakeAt, clock, signal) // the server's clock may be ahead
  } else if (first && open.length === 1 && isEventWait(first) && wakeAt === first.until) {
    await waitForEvent(first, parts)
  } else {
    await waitForAny(wakeAt, open, parts)
  }
}

/** True where nothing is to be waited for. */
function isDue({ signal, late, hasNews }: WaitParts): boolean {
  return signal.aborted || late.aborted || hasNews()
}

/** By its own token, which is over when its patience is. */
async function waitForEvent(step: EventWait, parts: WaitParts): Promise<void> {
  const { clock, waits, signal } = parts
  const { handle, until = 0 } = step
  const answer = await unlessAborted(signal, waits.forToken(handle))
  if (answer?.ok === false) await pauseUntil(until, clock, signal)
  // One that was completed with what answers nothing has another in its place then.
  await lookForAnswers(parts, () => !answer?.ok || step.handle !== handle)
}

/** By one token for everything, which whoever answers any of the waits completes, too. */
async function waitForAny(wakeAt: number | undefined, open: readonly StepRecord[], parts: WaitParts): Promise<void> {
  const { runId, api, clock, waits, signal, readAnswers } = parts
  const now = clock.now()
  const since = Math.min(now, ...open.map(({ startedAt }) => startedAt))
  const { share, least, most } = lookAgainMs
  const lookAgainAfterMs = Math.min(Math.max((now - since) * share, least), most)
  const token = await api.tokens.create(`create a wait of the run ${runId}`, {
    timeoutMs: Math.min((wakeAt ?? Number.POSITIVE_INFINITY) - now, lookAgainAfterMs),
    tags: [wakeTagOf(runId)],
    idempotencyKey: `${runId}/wake/${now}/${crypto.randomUUID()}`,
  })
  if (isDue(parts)) return
  // An answer that came before had no such token to complete.
  await readAnswers()
  if (isDue(parts)) return
  const woken = await unlessAborted(signal, waits.forToken(token))
  await lookForAnswers(parts, () => !woken?.ok || open.every(isEventWait))
}

/** Looks until there is something to go on with, or once where nothing says that there is. */
async function lookForAnswers(parts: WaitParts, isEnough: () => boolean): Promise<void> {
  const { clock, signal, readAnswers, hasNews } = parts
  for (const afterMs of [0, ...toldAfterMs]) {
    await pauseUntil(clock.now() + afterMs, clock, signal)
    if (signal.aborted) return
    await readAnswers()
    if (hasNews() || isEnough()) return
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
