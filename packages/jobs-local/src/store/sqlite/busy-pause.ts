const maxMs = 32

/**
 * Returns the pause before the next try to write to a file that another process is writing, in milliseconds. A commit
 * takes milliseconds, and SQLite does not queue the processes that wait. So a process with a caller that waits, for
 * example for a send, tries more often than workers that record results. The pauses grow slowly, so that many waiting
 * processes do not keep the machine busy. Jitter keeps them from colliding again.
 *
 * @param tries - number of failed tries after the first
 * @param random - from 0 (inclusive) to 1 (exclusive)
 */
export function busyPauseMs(tries: number, hasCaller: boolean, random: () => number = Math.random): number {
  return random() * Math.min(2 ** tries, hasCaller ? 2 + tries / 16 : maxMs, maxMs)
}
