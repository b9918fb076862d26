/** Returns the value below which this part (0 to 1) of the numbers lies. */
export function quantile(values: readonly number[], part: number): number {
  return values.toSorted((one, other) => one - other)[Math.floor((values.length - 1) * part)]!
}
