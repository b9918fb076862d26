/** Returns the median. */
export function median(values: readonly number[]): number {
  return quantile(values, 0.5)
}

/** Returns the value below which this part (0 to 1) of the numbers lies. */
export function quantile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN
}

/** Returns the lowest and the highest number, as `a…b`. */
export function spread(values: readonly number[], digits: number): string {
  return `${Math.min(...values).toFixed(digits)}…${Math.max(...values).toFixed(digits)}`
}
