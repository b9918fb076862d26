import { portablePayloadBytes } from '../engines/capabilities.ts'
import { refuseEncodedTag } from '../codec/encoded.ts'
import { encodePayload } from '../codec/encode-payload.ts'
import { CodecError } from '../errors/codec-error.ts'
import { PayloadTooLargeError } from '../errors/payload-too-large-error.ts'
import { hasDates } from '../events/event-type.ts'
import { toJson } from '../events/to-json.ts'
import { checkDates } from '../events/validate-payload.ts'
import type { GotEvents, Outcome } from '../hooks/outcome.ts'
import { eventRegistryOf } from '../jobs/event-registry-of.ts'
import type { WorkflowDefinition } from '../jobs/steps.ts'
import type { Attempt } from '../runs/attempt.ts'
import { readEvent } from '../runs/read-event.ts'
import { classifyFailure, isPermanentError } from '../runs/report-failure.ts'
import { bytesOver, type Json } from '../values/json.ts'

/** The end of code that called `step.restart`. */
export class RestartRequest {
  readonly payload: unknown
  readonly since: number
  readonly got: GotEvents | undefined

  constructor(payload: unknown, since: number, got: GotEvents | undefined) {
    this.payload = payload
    this.since = since
    this.got = got
  }
}

/** Returns the outcome of code that called `step.restart`: the run begins again, or fails if the payload is invalid. */
export async function toRestarted(
  attempt: Attempt & { readonly definition: WorkflowDefinition },
  request: RestartRequest,
): Promise<{ readonly outcome: Outcome; readonly thrown?: unknown }> {
  try {
    const { got } = request
    const checked = await checkedPayload(attempt, request)
    const { codec, limits } = attempt.host
    const { maxPayloadBytes = portablePayloadBytes } = limits
    const { payload } = codec
      ? await encodePayload({ ...attempt.envelope, payload: checked }, codec, maxPayloadBytes)
      : { payload: checked }
    const at = attempt.host.clock.now()
    return { outcome: { type: 'restarted', payload, at, since: request.since, ...(got && { got }) } }
  } catch (thrown) {
    return classifyFailure(attempt, thrown, isPermanentError(thrown) && !CodecError.isInstance(thrown))
  }
}

/** Checks a payload as a send does that uses all that the engine allows. The run keeps its tenant. */
async function checkedPayload(
  { definition, envelope, options, host }: Attempt & { readonly definition: WorkflowDefinition },
  { payload }: RestartRequest,
): Promise<Json> {
  const { event, tenantId } = envelope
  const events = eventRegistryOf(definition)
  const withTenant = isObject(payload) ? { ...payload, tenantId: payload.tenantId ?? tenantId } : payload
  const copy = toJson(withTenant, 'payload', hasDates(events.require(definition.event).schema))
  refuseEncodedTag(copy.json, 'payload')
  const { maxPayloadBytes: limitBytes = portablePayloadBytes } = host.limits
  const bytes = bytesOver(copy.json, limitBytes)
  if (bytes !== undefined) throw new PayloadTooLargeError({ event, bytes, limitBytes })
  const parsed = await readEvent({ ...envelope, payload: copy.json }, definition.event, options.jobId, events)
  checkDates(copy, parsed.payload)
  return copy.json
}

function isObject(payload: unknown): payload is { readonly tenantId?: unknown } {
  return typeof payload === 'object' && payload !== null && !Array.isArray(payload)
}
