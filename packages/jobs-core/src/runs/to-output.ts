import { refuseEncodedTag } from '../codec/encoded.ts'
import { OutputTooLargeError } from '../errors/output-too-large-error.ts'
import { bytesOver, type Json } from '../values/json.ts'
import { toJson } from '../events/to-json.ts'
import type { Definition } from '../jobs/definition.ts'
import type { EngineLimits } from '../engines/engine-limits.ts'

/**
 * Returns a handler's return value as JSON, or `undefined` if it returned nothing.
 *
 * @throws {NotSerializableError} if JSON cannot represent it.
 * @throws {OutputTooLargeError} if it is over the engine's limit.
 */
export function toOutput(
  returned: unknown,
  { id: definitionId }: Pick<Definition, 'id'>,
  { maxOutputBytes: limitBytes = Infinity }: Pick<EngineLimits, 'maxOutputBytes'>,
): Json | undefined {
  if (returned === undefined) return undefined
  refuseEncodedTag(returned, 'output')
  const { json } = toJson(returned, 'output')
  checkOutputSize(json, definitionId, limitBytes)
  return json
}

/** @throws {OutputTooLargeError} if an output is over the engine's limit. */
export function checkOutputSize(json: Json, definitionId: string, limitBytes: number = Infinity): void {
  const bytes = bytesOver(json, limitBytes)
  if (bytes !== undefined) throw new OutputTooLargeError({ definitionId, bytes, limitBytes })
}
