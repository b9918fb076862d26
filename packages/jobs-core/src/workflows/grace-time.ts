const shortestGraceMs = 100
const longestGraceMs = 60_000

/** How long code that is run again for its compensations may await what is no step before it counts as ended, milliseconds. */
export const compensationGraceMs = 1000

/**
 * How long the passes after this one wait for code that awaits what is no step beside an open wait, once it called a
 * step late: twice as long as it took, 100 ms to one minute.
 *
 * @param graceMs what this pass gave it, milliseconds
 * @param afterMs how long after it was left the call came, milliseconds
 * @returns nothing where even the longest was too short: the code goes on when its wait is over
 */
export function extendGraceMs(graceMs: number | undefined, afterMs: number): number | undefined {
  if (graceMs === longestGraceMs) return undefined
  return Math.min(Math.max(2 * afterMs, shortestGraceMs), longestGraceMs)
}
