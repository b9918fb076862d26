import { PayloadInvalidError } from '../errors/payload-invalid-error.ts'
import type { Envelope } from '../events/envelope.ts'
import { cronEventPrefix } from '../values/reserved-names.ts'
import type { CronJobDefinition } from './job-definition.ts'

/** Returns the event name of a cron job's runs. */
export function cronEventOf(definitionId: string): string {
  return `${cronEventPrefix}${definitionId}`
}

/** Returns the id of the cron job that an event belongs to, or `undefined` for any other event. */
export function cronJobIdOf(event: string): string | undefined {
  return event.startsWith(cronEventPrefix) ? event.slice(cronEventPrefix.length) : undefined
}

/**
 * Returns the envelope of the job that a tick creates for one tenant. The same tick, definition and tenant have the
 * same idempotency key, so a tick runs once however often it is dispatched. `id` is a ULID that the provider may use; the
 * job starts at `runAt`, by default now.
 */
export function toCronEnvelope(
  definition: CronJobDefinition,
  { id, tick, tenantId, now, runAt = now }: { id: string; tick: number; tenantId: string; now: number; runAt?: number },
): Envelope {
  return {
    v: 1,
    id,
    event: cronEventOf(definition.id),
    tenantId,
    payload: { tenantId, scheduledAt: new Date(tick).toISOString() },
    sentAt: now,
    ...(runAt > now && { runAt }),
    ...(definition.priority !== undefined && { priority: definition.priority }),
    idempotencyKey: `tick/${tick}`,
    idempotencyTtlMs: 86_400_000,
  }
}

/** Returns the tick in a cron job's envelope. @throws {PayloadInvalidError} if it has none. */
export function scheduledAtOf({ event, payload }: Envelope): Date {
  const scheduledAt = new Date((payload as { scheduledAt?: string } | null)?.scheduledAt ?? Number.NaN)
  if (!Number.isNaN(scheduledAt.getTime())) return scheduledAt
  throw new PayloadInvalidError({ event, issues: [{ path: 'payload.scheduledAt', message: 'is not a date' }] })
}
