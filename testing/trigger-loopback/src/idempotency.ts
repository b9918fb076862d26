import type { Engine } from './engine.ts'
import type { Run } from './run.ts'

const monthMs = 30 * 24 * 60 * 60 * 1000
const unitMs: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/** Returns when a key expires. A malformed TTL is not an error; it is ignored. */
export function idempotencyKeyExpiry({ now }: Engine, ttl: string | undefined): Date {
  const [, count, unit] = /^(\d+)([smhd])$/.exec(ttl ?? '') ?? []
  return new Date(now().getTime() + (count && unit ? Number(count) * unitMs[unit]! : monthMs))
}

// A run that ends with one of these statuses frees its key. COMPLETED and CANCELED keep it.
const freeing = new Set(['COMPLETED_WITH_ERRORS', 'SYSTEM_FAILURE', 'CRASHED', 'INTERRUPTED', 'TIMED_OUT', 'EXPIRED'])

/** Returns the run that holds a key. A run that lost its key does not get it back. */
export function keyedRun({ now, runs }: Engine, taskIdentifier: string, key: string): Run | undefined {
  const run = runs.all().find((other) => other.taskIdentifier === taskIdentifier && other.idempotencyKey === key)
  if (!run) return undefined
  const expired = run.idempotencyKeyExpiresAt && run.idempotencyKeyExpiresAt < now()
  if (!expired && !freeing.has(run.status)) return run
  run.idempotencyKey = undefined
  run.idempotencyKeyExpiresAt = undefined
  return undefined
}
