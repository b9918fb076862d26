import { toWireEnvelope } from '@cgk-platform/jobs-core/hosted'
import type { Envelope, Json } from '@cgk-platform/jobs-core/provider'

import { toWireJson } from '../wire/payload.ts'
import { inheritedOptions } from '../wire/run-options.ts'
import { sendOptionsOf } from './send-options.ts'

/** Returns the payload with which a send triggers the event's task. */
export function toEventPayload(envelope: Envelope): Json {
  const options = inheritedOptions(sendOptionsOf(envelope))
  return toWireJson({ envelope: toWireEnvelope(envelope), ...(options && { options }) })
}
