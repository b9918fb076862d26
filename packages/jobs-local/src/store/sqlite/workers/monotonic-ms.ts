/** Returns the time of the machine's monotonic clock, which all its processes share and which cannot be set. */
export function monotonicMs(): number {
  return Number(process.hrtime.bigint() / 1_000_000n)
}
