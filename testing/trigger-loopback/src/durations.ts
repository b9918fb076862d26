import { parseNaturalLanguageDurationInMs } from '@trigger.dev/core/v3/isomorphic'
import type { Engine } from './engine.ts'

/** Returns the time after a duration such as `10m`, or `undefined` if it is malformed or zero. */
export function afterDuration({ now }: Pick<Engine, 'now'>, duration: string): Date | undefined {
  const ms = parseNaturalLanguageDurationInMs(duration)
  return ms ? new Date(now().getTime() + ms) : undefined
}

/**
 * Returns when a delayed run is due. Returns `undefined` if it is due at once: also for a past date or a malformed
 * delay.
 */
export function parseDelay(engine: Pick<Engine, 'now'>, delay: string | Date | undefined): Date | undefined {
  if (!delay) return undefined
  if (delay instanceof Date) return delay
  const date = new Date(delay)
  if (Number.isNaN(date.getTime())) return afterDuration(engine, delay)
  return date <= engine.now() ? undefined : date
}
