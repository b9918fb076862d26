import { toWireEnvelope } from '@cgk-platform/jobs-core/hosted'
import type { Envelope, Json } from '@cgk-platform/jobs-core/provider'

import { toWireJson } from '../wire/payload.ts'
import { inheritedOptions } from '../wire/run-options.ts'
import { sendOptionsOf } from './send-options.ts'

/** The payloads of envelopes that were checked and are sent next: creating one again would take as long. */
const payloads = new WeakMap<Envelope, Json>()

/** Returns the payload with which a send triggers the event's task. */
export function toEventPayload(envelope: Envelope): Json {
  const known = payloads.get(envelope)
  if (known !== undefined) return known
  const options = inheritedOptions(sendOptionsOf(envelope))
  const payload = toWireJson({ envelope: toWireEnvelope(envelope), ...(options && { options }) })
  payloads.set(envelope, payload)
  return payload
}
