const maxMs = 32
/** Time after which a change without a caller is tried as often as one with a caller, in milliseconds. */
const urgentAfterMs = 100

/** The changes that wait to be written. */
export interface WaitingChanges {
  /** Number of failed tries after the first. */
  readonly tries: number
  /** True if a caller, such as a send, waits. */
  readonly hasCaller: boolean
  /** Time that the oldest change has waited, in milliseconds. */
  readonly waitedMs: number
}

/**
 * Returns the pause before the next try to write to a file that another process is writing, in milliseconds. A commit
 * takes milliseconds, and SQLite does not queue the processes that wait. So a process with a caller that waits tries
 * more often than workers that record results. A result or a heartbeat that has waited for a while is tried as often,
 * because senders would otherwise delay it beyond the lease. The pauses grow slowly, so that many waiting processes do
 * not keep the machine busy. Jitter keeps them from colliding again.
 *
 * @param random - from 0 (inclusive) to 1 (exclusive)
 */
export function busyPauseMs(
  { tries, hasCaller, waitedMs }: WaitingChanges,
  random: () => number = Math.random,
): number {
  const isUrgent = hasCaller || waitedMs >= urgentAfterMs
  return random() * Math.min(2 ** tries, isUrgent ? 2 + tries / 16 : maxMs, maxMs)
}
