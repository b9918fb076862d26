import type { StandardSchemaV1 } from '@standard-schema/spec'

/** Returns the remedy for a value that is not a Standard Schema, or `undefined` for a schema. */
export function schemaRemedy(schema: unknown): string | undefined {
  if (typeof (schema as StandardSchemaV1 | undefined)?.['~standard']?.validate === 'function') return undefined
  return typeof schema === 'function'
    ? 'It is a function. Call it, as in `eventType<Payload>()`.'
    : 'Pass a schema of zod, valibot, arktype or a similar library, or `eventType<Payload>()` for a type without a schema.'
}
