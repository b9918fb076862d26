import type { StandardSchemaV1 } from '@standard-schema/spec'

import { NotSerializableError } from '../errors/not-serializable-error.ts'
import { PayloadInvalidError } from '../errors/payload-invalid-error.ts'
import type { Json } from './json.ts'
import { pathTo } from './path.ts'
import type { JsonCopy } from './to-json.ts'

/**
 * A payload as its schema reads it off the wire. Waits only for a schema that is asynchronous.
 *
 * @throws {PayloadInvalidError} with every issue.
 */
export function validatePayload(event: string, schema: StandardSchemaV1, payload: Json): unknown {
  const result = schema['~standard'].validate(payload)
  return result instanceof Promise ? result.then((late) => valueOf(event, late)) : valueOf(event, result)
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
 * Refuses a date that the handler would get as text: JSON has no dates, so the schema must turn it back.
 *
 * @param parsed - what the schema made of the copy
 * @throws {NotSerializableError} naming the first such date.
 */
export function checkDates({ json, datePaths }: JsonCopy, parsed: unknown): void {
  for (const path of datePaths) {
    if (valueAt(parsed, path) !== valueAt(json, path)) continue
    throw new NotSerializableError({
      path: pathTo('payload', path),
      problem: 'a Date, which would arrive as text',
      remedy:
        'Send `date.toISOString()`, or let the schema turn it back (zod: `z.date().or(z.iso.datetime()).pipe(z.coerce.date())`).',
    })
  }
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((at, key) => (at as Record<PropertyKey, unknown> | undefined)?.[key], value)
}
