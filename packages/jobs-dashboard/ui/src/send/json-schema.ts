/** The part of JSON Schema that the form understands. */
export interface JsonSchema {
  readonly type?: string | readonly string[]
  readonly title?: string
  readonly description?: string
  readonly properties?: Readonly<Record<string, JsonSchema>>
  readonly required?: readonly string[]
  readonly items?: JsonSchema
  readonly enum?: readonly unknown[]
  readonly const?: unknown
  readonly format?: string
  readonly default?: unknown
  readonly anyOf?: readonly JsonSchema[] | undefined
  readonly oneOf?: readonly JsonSchema[] | undefined
  readonly minimum?: number
  readonly maximum?: number
  readonly minLength?: number
  readonly maxLength?: number
  readonly $ref?: string
  readonly $defs?: Readonly<Record<string, JsonSchema>>
}

/** The editor of a field. */
export type FieldKind = 'text' | 'number' | 'boolean' | 'choice' | 'date' | 'date-time' | 'object' | 'array' | 'json'

const maxReferences = 10

/** Follows references, and returns the only alternative that is not `null`. */
export function resolveSchema(schema: JsonSchema, root: JsonSchema): JsonSchema {
  let current = schema
  for (let at = 0; at < maxReferences; at++) {
    const alternatives = (current.anyOf ?? current.oneOf)?.filter(({ type }) => type !== 'null')
    const name = current.$ref?.match(/^#\/\$defs\/(.+)$/)?.[1]
    if (current.$ref === '#') current = root
    else if (name !== undefined) current = root.$defs?.[name] ?? {}
    else if (alternatives?.length === 1)
      current = { ...current, anyOf: undefined, oneOf: undefined, ...alternatives[0] }
    else return current
  }
  return {}
}

/** Returns how a field is edited. What the form does not understand is edited as JSON. */
export function fieldKind(schema: JsonSchema): FieldKind {
  if (schema.enum || schema.const !== undefined) return 'choice'
  if (schema.anyOf || schema.oneOf) return 'json'
  const types = [schema.type].flat().filter((each) => each !== 'null')
  const type = types.length === 1 ? types[0] : undefined
  switch (type) {
    case 'string':
      return schema.format === 'date' || schema.format === 'date-time' ? schema.format : 'text'
    case 'number':
    case 'integer':
      return 'number'
    case 'boolean':
      return 'boolean'
    case 'object':
      return schema.properties ? 'object' : 'json'
    case 'array':
      return schema.items ? 'array' : 'json'
    default:
      return 'json'
  }
}

/** Returns the value that a new field begins with; `undefined` if it is omitted. */
export function initialValue(schema: JsonSchema, root: JsonSchema, isRequired: boolean, depth = 0): unknown {
  const resolved = resolveSchema(schema, root)
  if (resolved.default !== undefined) return resolved.default
  if (resolved.const !== undefined) return isRequired ? resolved.const : undefined
  if (!isRequired || depth > maxReferences) return undefined
  switch (fieldKind(resolved)) {
    case 'object':
      return Object.fromEntries(
        Object.entries(resolved.properties ?? {}).flatMap(([name, property]) => {
          const value = initialValue(property, root, resolved.required?.includes(name) ?? false, depth + 1)
          return value === undefined ? [] : [[name, value]]
        }),
      )
    case 'array':
      return []
    case 'boolean':
      return false
    default:
      return undefined
  }
}
