import { UnsupportedFeatureError } from '@cgk-platform/jobs-core/errors'
import type { Envelope } from '@cgk-platform/jobs-core/provider'

/**
 * Returns an error for an envelope with an event name that Inngest reserves, or with an idempotency key that must be
 * found in the event history after Inngest has deleted the event.
 *
 * @param eventHistoryMs - how long Inngest stores the events of the account
 */
export function findSendError(
  { event, idempotencyTtlMs }: Envelope,
  eventHistoryMs: number,
): UnsupportedFeatureError | undefined {
  if (event.startsWith('inngest/')) {
    const remedy = 'Inngest reserves names that begin with `inngest/`. Rename the event.'
    return new UnsupportedFeatureError({ feature: `the event name ${event}`, provider: 'inngest', remedy })
  }
  if (idempotencyTtlMs === undefined || idempotencyTtlMs <= eventHistoryMs) return undefined
  const feature = `idempotencyTtl: ${idempotencyTtlMs}`
  const remedy =
    `The key is found in your event history, whose length is \`eventHistory\`: ${eventHistoryMs} ms. ` +
    'Pass a shorter TTL, or set `eventHistory` in `config` to the time for which your plan or server stores events.'
  return new UnsupportedFeatureError({ feature, provider: 'inngest', remedy })
}
