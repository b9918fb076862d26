import type { StandardSchemaV1 } from '@standard-schema/spec'

import { NotSerializableError } from '../errors/not-serializable-error.ts'
import { PayloadInvalidError } from '../errors/payload-invalid-error.ts'
import type { Json } from '../values/json.ts'
import { pathTo } from '../values/path.ts'
import type { JsonCopy } from './to-json.ts'

/**
 * Parses a payload with its event's schema. It is asynchronous only if the schema is.
 *
 * @throws {PayloadInvalidError} with all issues.
 */
export function validatePayload(event: string, schema: StandardSchemaV1, payload: Json): unknown {
  const result = schema['~standard'].validate(payload)
  return result instanceof Promise ? valueLater(event, result) : valueOf(event, result)
}

async function valueLater(event: string, result: Promise<StandardSchemaV1.Result<unknown>>): Promise<unknown> {
  return valueOf(event, await result)
}

function valueOf(event: string, result: StandardSchemaV1.Result<unknown>): unknown {
  if (!result.issues) return result.value
  const issues = result.issues.map(({ message, path }) => ({
    path: pathTo('payload', path?.map((part) => (typeof part === 'object' ? part.key : part)) ?? []),
    message,
  }))
  throw new PayloadInvalidError({ event, issues })
}

/**
 * Rejects a date that the handler would receive as a string. JSON has no dates, so the schema must convert it back.
 *
 * @param parsed - the schema's output for the JSON copy
 * @throws {NotSerializableError} for the first such date.
 */
export function checkDates({ json, datePaths }: JsonCopy, parsed: unknown): void {
  for (const path of datePaths) {
    if (valueAt(parsed, path) !== valueAt(json, path)) continue
    throw new NotSerializableError({
      path: pathTo('payload', path),
      problem: 'a Date, which the handler would receive as a string',
      remedy:
        'Send `date.toISOString()`, or convert it in the schema (zod: `z.date().or(z.iso.datetime()).pipe(z.coerce.date())`).',
    })
  }
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((at, key) => (at as Record<PropertyKey, unknown> | undefined)?.[key], value)
}
