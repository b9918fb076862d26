import type { Clock } from '@cgk-platform/jobs-core/provider'

/** Inngest's unit for waits. */
const secondMs = 1000
/** Time by which the clocks of hosts may differ. A wait that the end of its run shortens must not seem to end before. */
const marginMs = 1000

/** Returns the duration of a wait, in milliseconds. One that passes the latest end of its run ends shortly after that end. */
export function atMostUntilRunEnd(
  durationMs: number,
  { runEndAt, clock }: { readonly runEndAt?: number | undefined; readonly clock: Pick<Clock, 'now'> },
): number {
  if (runEndAt === undefined) return durationMs
  const leftMs = Math.ceil(Math.max(0, runEndAt - clock.now()) / secondMs) * secondMs
  return Math.min(durationMs, leftMs + marginMs)
}
