import { type Clock, pause } from '@cgk-platform/jobs-core/provider'

import type { AttemptRecord } from '../wire/run-record.ts'

/** Clocks that differ by more are no reason to keep a run waiting. */
const longestMs = 5 * 60_000

/**
 * Waits until an attempt is due that the server makes by its own clock, which may be ahead of the worker's that said
 * when; no longer than the run goes on.
 */
export async function untilDue(record: AttemptRecord | undefined, signal: AbortSignal, clock: Clock): Promise<void> {
  const leftMs = Math.min((record?.retryAt ?? 0) - clock.now(), longestMs)
  if (leftMs > 0) await pause(clock, leftMs, signal)
}
