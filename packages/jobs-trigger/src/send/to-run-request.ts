import type { Envelope } from '@cgk-platform/jobs-core/provider'

import type { TriggerRequest } from '../api/trigger-api.ts'
import { jobsTag, jobsTagOf, tagsOf } from '../wire/tags.ts'
import { concurrencyKeyOf } from './concurrency-key-of.ts'

/**
 * How the run of an event's task is made. Its number of attempts is the envelope's affair: the host counts them.
 *
 * @param retryOf - the job, where the run stands for a retry of it and for no job of its own
 */
export function toRunRequest(
  { tenantId, event }: Pick<Envelope, 'tenantId' | 'event'>,
  retryOf?: string,
): TriggerRequest {
  return {
    tags:
      retryOf === undefined
        ? [jobsTag, jobsTagOf(tenantId), ...tagsOf({ tenantId, event })]
        : tagsOf({ tenantId, event, jobId: retryOf }),
    concurrencyKey: concurrencyKeyOf(tenantId),
  }
}
