const numbers = new Intl.NumberFormat('en-US')

/** Returns a count such as `12,345`, or `100,000+` if there may be more. */
export function formatCount({ count, isExact }: { readonly count: number; readonly isExact: boolean }): string {
  return `${numbers.format(count)}${isExact ? '' : '+'}`
}

/** Returns a number such as `12,345`. */
export function formatNumber(value: number): string {
  return numbers.format(value)
}

/** Returns a size such as `1.4 MB`. */
export function formatBytes(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`
  const [value, unit] = bytes < 1_000_000 ? [bytes / 1000, 'kB'] : [bytes / 1_000_000, 'MB']
  return `${value < 10 ? value.toFixed(1) : numbers.format(Math.round(value))} ${unit}`
}
