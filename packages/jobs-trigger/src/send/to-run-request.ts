import type { Envelope } from '@cgk-platform/jobs-core/provider'

import type { TriggerRequest } from '../api/trigger-api.ts'
import { sentMetadata } from '../wire/sent-record.ts'
import { jobsTag, jobsTagOf, referenceTag, tagsOf } from '../wire/tags.ts'
import type { TriggerSendOptions } from './send-options.ts'

/**
 * Returns the trigger options of an event's run. They set no number of attempts: the host counts attempts itself. They
 * set no concurrency key, because Trigger.dev starts only one run for each key at a time, every half second.
 *
 * @param options - the options of the send
 * @param retryOf - the id of the job that this run retries; omit it for a new job
 */
export function toRunRequest(
  envelope: Pick<Envelope, 'tenantId' | 'event' | 'priority' | 'references' | 'sentAt' | 'payload'>,
  { tags = [], ...options }: TriggerSendOptions = {},
  retryOf?: string,
): TriggerRequest {
  const { tenantId, event, priority, references = [] } = envelope
  const own =
    retryOf === undefined
      ? [jobsTag, jobsTagOf(tenantId), ...tagsOf({ tenantId, event }), ...references.map(referenceTag)]
      : tagsOf({ tenantId, event, jobId: retryOf })
  return {
    ...options,
    ...(priority !== undefined && { priority }),
    ...(retryOf === undefined && { metadata: sentMetadata(envelope) }),
    tags: [...own, ...[tags].flat()],
  }
}
