const unitMs: Record<string, number> = {
  w: 7 * 86_400_000,
  d: 86_400_000,
  h: 3_600_000,
  m: 60_000,
  s: 1000,
  ms: 1,
}

/** Parses a duration in the SDK's format, such as `1h30m` or `2s`; undefined if it is invalid. */
export function parseDurationText(text: string): number | undefined {
  if (!/^(\d+(\.\d+)?(w|d|h|ms|m|s))+$/.test(text)) return undefined
  return [...text.matchAll(/(\d+(?:\.\d+)?)(w|d|h|ms|m|s)/g)].reduce(
    (sum, [, amount, unit]) => sum + Number(amount) * unitMs[unit!]!,
    0,
  )
}

/**
 * Returns the duration of a `step.sleep`, milliseconds: a duration, or the time until a date rounded to whole seconds.
 */
export function sleepMs(text: string, nowMs: number): number {
  const date = text.length >= 10 ? Date.parse(text) : NaN
  if (!Number.isNaN(date)) return Math.max(0, Math.round((date - nowMs) / 1000) * 1000)
  return parseDurationText(text) ?? 0
}
