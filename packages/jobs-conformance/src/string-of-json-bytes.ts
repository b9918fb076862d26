/** Returns a string that has this many bytes as JSON, including its quotes. */
export function stringOfJsonBytes(jsonBytes: number): string {
  return 'x'.repeat(jsonBytes - 2)
}
