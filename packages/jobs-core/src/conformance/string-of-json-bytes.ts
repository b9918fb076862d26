/** A text that has this many bytes as JSON, its quotes included. */
export function stringOfJsonBytes(jsonBytes: number): string {
  return 'x'.repeat(jsonBytes - 2)
}
