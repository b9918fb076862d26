import type { OutgoingEvent } from './inngest-event.ts'

/** Returns the name of the events by which processes claim retries of an app's runs. */
export function toRetryClaimName(appId: string): string {
  return `jobs/retry.claimed/${appId}`
}

/**
 * Returns the event by which a process claims the retry of a failed run. All claims of a run have the same `id`, so
 * Inngest starts one run for them, with the event of one claim.
 */
export function toRetryClaim(appId: string, runId: string): OutgoingEvent {
  return { id: `${runId}/retry`, name: toRetryClaimName(appId), data: { _job: { v: 1, sentAt: 0, tenantId: '' } } }
}
