import { expect, test } from 'vitest'
import { z } from 'zod'

import { fieldKind, initialValue, type JsonSchema, resolveSchema } from '../../ui/src/send/json-schema.ts'

/** Returns the schema of the property `a` of an object. */
function property(schema: z.ZodType): JsonSchema {
  const root = z.toJSONSchema(z.object({ a: schema }), { io: 'input' }) as JsonSchema
  return resolveSchema(root.properties!['a']!, root)
}

test.each<[string, z.ZodType]>([
  ['text', z.string()],
  ['text', z.string().nullable()],
  ['text', z.email().optional()],
  ['number', z.number()],
  ['number', z.int().min(1).nullish()],
  ['boolean', z.boolean()],
  ['choice', z.enum(['a', 'b'])],
  ['choice', z.literal('a')],
  ['date', z.iso.date()],
  ['date-time', z.iso.datetime()],
  ['object', z.object({ b: z.string() })],
  ['array', z.array(z.string())],
  ['json', z.record(z.string(), z.string())],
  ['json', z.union([z.string(), z.number()])],
  ['json', z.unknown()],
])('a field is edited as %s', (kind, schema) => {
  expect(fieldKind(property(schema))).toBe(kind)
})

test('a new payload has what is required, and defaults', () => {
  const schema = z.object({
    name: z.string(),
    isGift: z.boolean(),
    kind: z.literal('order'),
    items: z.array(z.string()),
    note: z.string().default('none'),
    address: z.object({ isHome: z.boolean() }).optional(),
  })
  const root = z.toJSONSchema(schema, { io: 'input' }) as JsonSchema
  expect(initialValue(root, root, true)).toEqual({ isGift: false, kind: 'order', items: [], note: 'none' })
})

test('a schema that contains itself ends', () => {
  type Tree = { children: Tree[] }
  const tree: z.ZodType<Tree> = z.object({ children: z.array(z.lazy(() => tree)) })
  const root = z.toJSONSchema(tree, { io: 'input' }) as JsonSchema
  expect(initialValue(root, root, true)).toEqual({ children: [] })
})
