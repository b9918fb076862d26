/** The interval of a poll: a share of the time since its start, within limits in milliseconds. */
export interface PollInterval {
  readonly share: number
  readonly minMs: number
  readonly maxMs: number
}

/** Returns the time until the next poll. It grows with the elapsed time. */
export function pollDelayMs(elapsedMs: number, { share, minMs, maxMs }: PollInterval): number {
  return Math.min(Math.max(elapsedMs * share, minMs), maxMs)
}
