const units = [
  [86_400_000, 'd'],
  [3_600_000, 'h'],
  [60_000, 'm'],
  [1000, 's'],
] as const

/** Formats a duration in the largest unit that divides it. */
export function durationText(ms: number): string {
  const unit = units.find(([size]) => ms >= size && ms % size === 0)
  return unit ? `${ms / unit[0]}${unit[1]}` : `${ms}ms`
}
