import type { ThrottleLimits } from './throttle.ts'

/** The limits of a throttle that its times follow from. */
type Rate = Pick<ThrottleLimits, 'limit' | 'periodMs' | 'burst'>

/**
 * The state of a throttle: the time at which it is as if no run had ever started, in epoch milliseconds. It can have
 * fractions. A time in the past is the same as none.
 */
export type ThrottleState = number | undefined

/** Returns when the next run may start, in epoch milliseconds. A time in the past means now. */
export function nextStartAt(state: ThrottleState, rate: Rate): number {
  const { burst = 1 } = rate
  return state === undefined ? Number.NEGATIVE_INFINITY : state - (burst - 1) * intervalMs(rate)
}

/**
 * Returns the state after a run has started: the generic cell rate algorithm (GCRA). Call it only if `nextStartAt` is
 * not in the future.
 */
export function afterStart(state: ThrottleState, rate: Rate, now: number): number {
  return Math.max(state ?? now, now) + intervalMs(rate)
}

/**
 * Returns the state by limits that may have changed: never later than after as many starts as they allow at once.
 * Without it, a higher limit would have to wait until the time that a lower one has set.
 */
export function byLimits(state: ThrottleState, rate: Rate, now: number): ThrottleState {
  const { burst = 1 } = rate
  return state === undefined ? undefined : Math.min(state, now + burst * intervalMs(rate))
}

function intervalMs({ limit, periodMs }: Rate): number {
  return periodMs / limit
}
