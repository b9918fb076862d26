import type { StandardSchemaV1 } from '@standard-schema/spec'

import { hasDates } from './event-type.ts'
import { jsonSchemaOf } from './json-schema-of.ts'

/** Returns a schema's JSON Schema as a string, if its library supports Standard JSON Schema. */
export function schemaFingerprint(schema: StandardSchemaV1): string | undefined {
  if (schema['~standard'].vendor === '@cgk-platform/jobs') return hasDates(schema) ? 'type with dates' : 'type only'
  const json = jsonSchemaOf(schema)
  return json && JSON.stringify(json)
}
