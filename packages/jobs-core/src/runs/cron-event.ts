import { PayloadInvalidError } from '../errors/payload-invalid-error.ts'
import type { Envelope } from '../events/envelope.ts'
import { cronEventPrefix } from '../events/reserved-names.ts'
import type { CronJobDefinition } from '../jobs/job-definition.ts'

/** The event name that a cron job's runs have. */
export function cronEventOf(definitionId: string): string {
  return `${cronEventPrefix}${definitionId}`
}

/** The cron job whose run an event name tells of, or `undefined` for any other event. */
export function cronJobIdOf(event: string): string | undefined {
  return event.startsWith(cronEventPrefix) ? event.slice(cronEventPrefix.length) : undefined
}

/**
 * The ordinary job that a tick makes for one tenant. The same tick, definition and tenant make the same idempotency
 * key, so however often a tick is dispatched it runs once.
 *
 * @param id - a ULID the provider may use
 */
export function toCronEnvelope(
  definition: CronJobDefinition,
  { id, tick, tenantId, now }: { id: string; tick: number; tenantId: string; now: number },
): Envelope {
  return {
    v: 1,
    id,
    event: cronEventOf(definition.id),
    tenantId,
    payload: { tenantId, scheduledAt: new Date(tick).toISOString() },
    sentAt: now,
    idempotencyKey: `tick/${tick}`,
    idempotencyTtlMs: 86_400_000,
  }
}

/** The tick in a cron job's envelope. @throws {PayloadInvalidError} when it tells none. */
export function scheduledAtOf({ event, payload }: Envelope): Date {
  const scheduledAt = new Date((payload as { scheduledAt?: string } | null)?.scheduledAt ?? Number.NaN)
  if (!Number.isNaN(scheduledAt.getTime())) return scheduledAt
  throw new PayloadInvalidError({ event, issues: [{ path: 'payload.scheduledAt', message: 'is not an instant' }] })
}
