import { type JobsError, PayloadTooLargeError, UnsupportedFeatureError } from '@cgk-platform/jobs-core/errors'
import type { Envelope } from '@cgk-platform/jobs-core/provider'

import { wireBytes } from '../wire/payload.ts'
import { eventTaskId, taskIdProblem } from '../wire/task-id.ts'
import { checkTags } from './send-options.ts'
import { toEventPayload } from './to-event-payload.ts'

/** Maximum payload size. From 128 KiB on, the SDK uploads a payload to an object store, which many servers lack. */
const maxPayloadBytes = 128 * 1024 - 1

/** Returns an error for an envelope that Trigger.dev would not accept, or that would break how runs are found. */
export function findSendError(envelope: Envelope): JobsError | undefined {
  return checkName(envelope) ?? checkTags(envelope) ?? checkSize(envelope)
}

function checkName({ event }: Envelope): UnsupportedFeatureError | undefined {
  const problem = taskIdProblem(eventTaskId(event))
  if (problem === undefined) return undefined
  const remedy = `Shorten the name: it ${problem}.`
  return new UnsupportedFeatureError({ feature: event, provider: 'trigger.dev', remedy })
}

/**
 * Returns an error for an envelope that is too large. The tenant's id and the sender's trace have no limit of their
 * own.
 */
function checkSize(envelope: Envelope): PayloadTooLargeError | undefined {
  const bytes = wireBytes(toEventPayload(envelope))
  if (bytes <= maxPayloadBytes) return undefined
  return new PayloadTooLargeError({ event: envelope.event, bytes, limitBytes: maxPayloadBytes })
}
