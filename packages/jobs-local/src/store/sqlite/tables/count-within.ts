/** Maximum size of the rows to read or delete at once, so that large ones block neither the process nor the file. */
export const maxBatchBytes = 8 * 1024 * 1024

/**
 * Returns how many of these rows, from the first, may be read or deleted at once; at least 1 if there are any. Asks for
 * the size of no more rows than it needs.
 */
export function countWithin<Row>(
  rows: readonly Row[],
  bytesOf: (row: Row) => number,
  maxBytes: number = maxBatchBytes,
): number {
  let bytes = 0
  const index = rows.findIndex((row) => (bytes += bytesOf(row)) > maxBytes)
  return index < 0 ? rows.length : Math.max(1, index)
}
