const minGraceMs = 100
const maxGraceMs = 60_000

/**
 * Grace time of a replay for compensations: how long its code may await something other than a step, in milliseconds.
 */
export const compensationGraceMs = 1000

/**
 * Returns the grace time of the next replays after code called a step too late: twice the delay of the call, from 100
 * ms to one minute. The grace time is how long code may await something other than a step while a wait is open.
 *
 * @param graceMs - the grace time of this replay, milliseconds
 *
 * @param afterMs - how long after the end of the replay the code called the step, milliseconds
 *
 * @returns `undefined` if even the maximum was too short: the code continues when its wait is over
 */
export function extendGraceMs(graceMs: number | undefined, afterMs: number): number | undefined {
  if (graceMs === maxGraceMs) return undefined
  return Math.min(Math.max(2 * afterMs, minGraceMs), maxGraceMs)
}

/** Minimum grace period, in milliseconds, for the code to reach a step that an earlier replay has recorded. */
export const minRecordedGraceMs = 100

/** Grace period, in milliseconds, for the code to call steps ahead of which a new step waits. */
export const heldGraceMs = 1000
