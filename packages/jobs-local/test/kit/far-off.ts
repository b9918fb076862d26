/** Returns a cron schedule whose next tick is months away, whenever the test runs. */
export function farOff(): string {
  const inHalfAYear = new Date(Date.now() + 180 * 86_400_000)
  return `0 0 1 ${inHalfAYear.getUTCMonth() + 1} *`
}
