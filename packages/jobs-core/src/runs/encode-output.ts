import type { ValueCodec } from '../codec/value-codec.ts'
import type { Json } from '../values/json.ts'
import type { Attempt } from './attempt.ts'
import { checkOutputSize } from './to-output.ts'

/**
 * Returns an output as the engine stores it.
 *
 * @throws {CodecError}
 * @throws {OutputTooLargeError} if the encoded output is over the engine's limit.
 */
export async function encodeOutput(
  { definition, envelope, host }: Attempt,
  output: Json,
  codec: ValueCodec,
): Promise<Json> {
  const encoded = await codec.encode(output, envelope.tenantId)
  checkOutputSize(encoded, definition.id, host.limits.maxOutputBytes)
  return encoded
}
