const seconds = [15, 30, 60, 120, 300, 600, 1200, 2400, 3600, 7200]
const jitterMs = 30_000

/**
 * Returns the vendor's backoff for plain errors, by attempt from 0: a table plus up to 30 s of jitter (pkg/backoff).
 */
export function tableBackoffMs(attempt: number): number {
  return seconds[Math.min(attempt, seconds.length - 1)]! * 1000 + Math.floor(Math.random() * jitterMs)
}
