import { awaitAtMost, type Clock } from '@cgk-platform/jobs-core/provider'

import type { TriggerApi } from '../api/trigger-api.ts'
import { type PollInterval, pollDelayMs } from '../workflows/poll-delay-ms.ts'
import { pauseUntil, sdkWaits, type SdkWaits, unlessAborted } from '../workflows/wait-until-resumable.ts'
import type { RunContext } from './run-context.ts'

/** Time limit of a request for the queue. Without a response, the run continues. */
const timeoutMs = 2000
/** Interval of the requests. From a minute on, a deployed worker releases the process. */
const pollInterval: PollInterval = { share: 1 / 4, minMs: 10_000, maxMs: 120_000 }

/**
 * Waits while the queue of the current run is paused. A retry after less than 30 s and a workflow that resumes continue
 * in the run's process, so they do not pass through the queue.
 */
export async function waitWhilePaused(
  { ctx, signal }: Pick<RunContext, 'ctx' | 'signal'>,
  { api, clock }: { readonly api: TriggerApi; readonly clock: Clock },
  waits: Pick<SdkWaits, 'until'> = sdkWaits,
): Promise<void> {
  const since = clock.now()
  while (!signal.aborted && (await isPaused(ctx.queue.name, api, clock))) {
    const now = clock.now()
    const until = now + pollDelayMs(now - since, pollInterval)
    // A wait that the SDK rejects must not cost an attempt.
    const waited = waits.until(new Date(until)).catch(() => pauseUntil(until, clock, signal))
    await unlessAborted(signal, waited)
  }
}

async function isPaused(name: string, api: TriggerApi, clock: Clock): Promise<boolean> {
  const task = /^task\/(.+)$/.exec(name)?.[1]
  const read = api.queue(task === undefined ? 'custom' : 'task', task ?? name).catch(() => undefined)
  return (await awaitAtMost(clock, timeoutMs, read))?.paused ?? false
}
