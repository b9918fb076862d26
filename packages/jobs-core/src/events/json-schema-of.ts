import type { StandardSchemaV1 } from '@standard-schema/spec'

/** Returns a schema as JSON Schema (draft 2020-12), if its library supports Standard JSON Schema and can represent it. */
export function jsonSchemaOf(schema: StandardSchemaV1): Record<string, unknown> | undefined {
  const standard = schema['~standard'] as StandardSchemaV1.Props & {
    jsonSchema?: { input(options: { target: string; libraryOptions?: object }): Record<string, unknown> }
  }
  try {
    // Without this option, zod throws for a schema with a date or a transform.
    return standard.jsonSchema?.input({ target: 'draft-2020-12', libraryOptions: { unrepresentable: 'any' } })
  } catch {
    return undefined
  }
}
