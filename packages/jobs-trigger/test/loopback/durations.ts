import { parseNaturalLanguageDurationInMs } from '@trigger.dev/core/v3/isomorphic'
import type { Engine } from './engine.ts'

/** When a duration such as `10m`, begun now, is over; undefined where it is malformed or of no length. */
export function afterDuration({ now }: Pick<Engine, 'now'>, duration: string): Date | undefined {
  const ms = parseNaturalLanguageDurationInMs(duration)
  return ms ? new Date(now().getTime() + ms) : undefined
}

/** When a delayed run is due; undefined is at once, which is also what a past date or a malformed delay means. */
export function parseDelay(engine: Pick<Engine, 'now'>, delay: string | Date | undefined): Date | undefined {
  if (!delay) return undefined
  if (delay instanceof Date) return delay
  const date = new Date(delay)
  if (Number.isNaN(date.getTime())) return afterDuration(engine, delay)
  return date <= engine.now() ? undefined : date
}
