import { type Clock, pause } from '@cgk-platform/jobs-core/provider'

import type { AttemptRecord } from '../wire/run-record.ts'

/** Maximum wait, which bounds the effect of clocks that differ by more. */
const maxWaitMs = 5 * 60_000

/**
 * Waits until an attempt is due by this clock. The server starts attempts by its own clock, which may be ahead. Returns
 * early if the run is cancelled.
 */
export async function waitUntilDue(
  record: AttemptRecord | undefined,
  signal: AbortSignal,
  clock: Clock,
): Promise<void> {
  const leftMs = Math.min((record?.retryAt ?? 0) - clock.now(), maxWaitMs)
  if (leftMs > 0) await pause(clock, leftMs, signal)
}
