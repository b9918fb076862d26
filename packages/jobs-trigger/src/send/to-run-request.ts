import type { Envelope } from '@cgk-platform/jobs-core'

import type { TriggerRequest } from '../api/trigger-api.ts'
import { jobsTag, jobsTagOf, tagsOf } from '../wire/tags.ts'
import { concurrencyKeyOf } from './concurrency-key-of.ts'

/** Attempts of a run that has to make the runs of its definitions: they are none of the definitions' own. */
export const dispatchAttempts = 5

/**
 * How the run of an event's task is made.
 *
 * @param retryOf - the job, where the run stands for a retry of it and for no job of its own
 */
export function toRunRequest(
  { tenantId, event, maxAttempts }: Pick<Envelope, 'tenantId' | 'event' | 'maxAttempts'>,
  retryOf?: string,
): TriggerRequest {
  return {
    tags:
      retryOf === undefined
        ? [jobsTag, jobsTagOf(tenantId), ...tagsOf({ tenantId, event })]
        : tagsOf({ tenantId, event, jobId: retryOf }),
    concurrencyKey: concurrencyKeyOf(tenantId),
    // The host counts our attempts. One more lets it end a run properly whose last attempt took the process along.
    ...(maxAttempts !== undefined && { maxAttempts: Math.max(maxAttempts, dispatchAttempts) + 1 }),
  }
}
