import type { LoopbackFunction } from './app.ts'
import { parseDurationText } from './duration-text.ts'
import type { QueueItem } from './queue.ts'

/** A throttle of a function's configuration. */
export interface ThrottleConfig {
  readonly limit: number
  readonly period: string
  readonly burst?: number | undefined
}

/** Decides which starts a throttle admits, as pkg/constraintapi of the server does. */
export interface Throttles {
  /** Returns true if a start is admitted now. An item that started less than five minutes ago is admitted again. */
  admits(key: string, throttle: ThrottleConfig, itemId: string): boolean
  /** Counts a start. */
  count(key: string, throttle: ThrottleConfig, itemId: string): void
}

const skipMs = 5 * 60_000

/** Creates the throttles of one engine. */
export function createThrottles(now: () => number): Throttles {
  const states = new Map<string, { readonly tatMs: number; readonly expiresAtMs: number }>()
  const skipsUntil = new Map<string, number>()

  const tatOf = (key: string): number => {
    const state = states.get(key)
    return state !== undefined && state.expiresAtMs > now() ? state.tatMs : now()
  }
  const skips = (itemId: string): boolean => (skipsUntil.get(itemId) ?? 0) > now()

  return {
    admits(key, { limit, period, burst = 0 }, itemId) {
      const emissionMs = parseDurationText(period)! / limit
      return skips(itemId) || emissionMs * (limit + burst) - (tatOf(key) - now()) >= emissionMs
    },
    count(key, { limit, period }, itemId) {
      if (!skips(itemId)) {
        const tatMs = Math.max(tatOf(key), now()) + parseDurationText(period)! / limit
        // The server lets a state expire after whole seconds, so up to a second early.
        const seconds = Math.max(1, Math.floor((tatMs - now()) / 1000))
        states.set(key, { tatMs, expiresAtMs: now() + seconds * 1000 })
      }
      skipsUntil.set(itemId, now() + skipMs)
    },
  }
}

/** Applies the throttles of functions to the items that start their runs. */
export function createItemThrottles(
  now: () => number,
  functionOf: (item: QueueItem) => LoopbackFunction,
): { admits(item: QueueItem): boolean; count(item: QueueItem): void } {
  const throttles = createThrottles(now)

  const throttleOf = (item: QueueItem): [string, ThrottleConfig, string] | undefined => {
    const { id, config } = functionOf(item)
    const { throttle } = config
    const { keys } = item.run
    const key = throttle?.key ?? ''
    return throttle && keys.has(key) ? [JSON.stringify([id, key, keys.get(key)]), throttle, item.id] : undefined
  }
  return {
    admits(item) {
      const throttle = throttleOf(item)
      return !throttle || throttles.admits(...throttle)
    },
    count(item) {
      const throttle = throttleOf(item)
      if (throttle) throttles.count(...throttle)
    },
  }
}
