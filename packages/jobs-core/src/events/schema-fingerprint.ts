import type { StandardSchemaV1 } from '@standard-schema/spec'

/** Returns a schema's JSON Schema as a string, if its library supports Standard JSON Schema. */
export function schemaFingerprint(schema: StandardSchemaV1): string | undefined {
  const standard = schema['~standard'] as StandardSchemaV1.Props & {
    jsonSchema?: { input(options: { target: string; libraryOptions?: object }): unknown }
  }
  if (standard.vendor === '@cgk-platform/jobs') return 'type only'
  try {
    // Without this option, zod throws for a schema with a date or a transform.
    const options = { target: 'draft-2020-12', libraryOptions: { unrepresentable: 'any' } }
    const json = standard.jsonSchema?.input(options)
    return json === undefined ? undefined : JSON.stringify(json)
  } catch {
    return undefined // JSON Schema cannot represent the schema
  }
}
