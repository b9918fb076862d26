import { PayloadTooLargeError } from '../errors/payload-too-large-error.ts'
import { type Envelope, codecRequirement } from '../events/envelope.ts'
import { signalOf } from '../events/signal-event.ts'
import { bytesOver, type Json } from '../values/json.ts'
import { encodedTag } from './encoded.ts'
import type { ValueCodec } from './value-codec.ts'

/**
 * Returns an envelope with an encoded payload. It requires a process with a codec.
 *
 * @throws {CodecError}
 * @throws {PayloadTooLargeError} if the encoded payload is over the limit.
 */
export async function encodePayload(envelope: Envelope, codec: ValueCodec, limitBytes: number): Promise<Envelope> {
  const { event, tenantId, requires = [] } = envelope
  const encoded = await codec.encode(envelope.payload, tenantId)
  const isPlain = (field: string): boolean =>
    codec.isPlain(field) || (field === 'jobId' && signalOf(event) !== undefined)
  const plain = Object.entries(envelope.payload as { readonly [field: string]: Json }).filter(([field]) =>
    isPlain(field),
  )
  const payload: Json = { ...Object.fromEntries(plain), [encodedTag]: encoded[encodedTag] }
  const bytes = bytesOver(payload, limitBytes)
  if (bytes !== undefined) throw new PayloadTooLargeError({ event, bytes, limitBytes })
  return { ...envelope, payload, requires: [...requires, codecRequirement] }
}
