import type { Duration } from '@cgk-platform/jobs-core'
import { invalidOption, toMilliseconds } from '@cgk-platform/jobs-core/provider'

const dateStart = /^\d{4}-\d\d-\d\d/
const durationStart = /^\d+(?:\.\d+)?[a-z]+$/

/**
 * Reads a date, or a duration before now.
 *
 * @throws {InvalidOptionError} for another text
 */
export function readInstant(text: string, option: string, now: number = Date.now()): Date {
  if (durationStart.test(text)) return new Date(now - toMilliseconds(text as Duration, option))
  const date = new Date(text)
  if (dateStart.test(text) && !Number.isNaN(date.getTime())) return date
  const remedy = 'Pass a duration before now (`30m`, `2h`, `7d`) or a date (`2026-11-29`, `2026-11-29T08:00Z`).'
  throw invalidOption(option, 'is neither a duration nor a date', remedy)
}
