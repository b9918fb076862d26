import { expect, test } from 'vitest'
import * as z from 'zod/v4'

import { jsonSchemaOf } from '../events/json-schema-of.ts'
import { hideTenants, hideTenantsInIssues } from './hide-tenants.ts'

const shops = z.enum(['acme', 'globex'])
const shared = z.enum(['acme', 'globex']).meta({ id: 'Shop' })

test.each<[what: string, schema: z.ZodType]>([
  ['an enum', z.object({ tenantId: shops })],
  ['a shared definition', z.object({ tenantId: shared })],
  ['an enum of another field', z.object({ tenantId: shops, to: z.enum(['globex', 'initech']) })],
  ['a shared definition of another field', z.object({ tenantId: shared, to: shared })],
  [
    'a union',
    z.discriminatedUnion('tenantId', [
      z.object({ tenantId: z.literal('acme') }),
      z.object({ tenantId: z.literal('globex'), to: z.string() }),
    ]),
  ],
  ['an example', z.object({ tenantId: z.string(), to: z.string() }).meta({ examples: [{ tenantId: 'globex' }] })],
  ['a default', z.object({ tenantId: z.string().default('globex'), to: z.string().default('globex') })],
  ['a description', z.object({ tenantId: z.string().describe('acme or globex') })],
  ['a pattern', z.object({ tenantId: z.string().regex(/^(acme|globex)$/) })],
])('%s names no tenant', (_what, declared) => {
  const schema = jsonSchemaOf(declared)!
  expect(JSON.stringify(schema)).toContain('globex')
  const { schema: hidden, ...rest } = hideTenants({ event: 'shop.moved', definitionIds: ['move'], schema })
  expect(JSON.stringify(hidden)).not.toContain('globex')
  expect(JSON.stringify(hidden)).toContain('"tenantId":{"type":"string"}')
  expect(rest).toEqual({ event: 'shop.moved', definitionIds: ['move'] })
})

test('the rest of a schema stays, also a definition that others use', () => {
  const color = z.enum(['red', 'blue']).meta({ id: 'Color' })
  const { schema } = hideTenants({
    event: 'shop.painted',
    definitionIds: [],
    schema: jsonSchemaOf(z.object({ tenantId: shared, color, from: color.default('red') }))!,
  })
  expect(schema).toMatchObject({
    properties: { tenantId: { type: 'string' }, color: { $ref: '#/$defs/Color' }, from: { default: 'red' } },
    $defs: { Color: { enum: ['red', 'blue'] } },
  })
  expect(hideTenants({ event: 'a', definitionIds: [] })).toEqual({ event: 'a', definitionIds: [] })
})

test('the issues of a payload name no tenant, with or without a schema', () => {
  const declared = z.object({ tenantId: shops, to: shops, color: z.enum(['red']) })
  const { error } = declared.safeParse({ tenantId: 'initech', to: 'initech', color: 'blue' })
  const issues = error!.issues.map(({ path, message }) => ({ path: ['payload', ...path].join('.'), message }))
  expect(hideTenantsInIssues(issues, jsonSchemaOf(declared))).toEqual([
    { path: 'payload.tenantId', message: 'The event does not accept this tenant.' },
    { path: 'payload.to', message: 'The event does not accept this value.' },
    { path: 'payload.color', message: expect.stringContaining('red') as string },
  ])
  expect(hideTenantsInIssues(issues, undefined)[0]!.message).not.toContain('globex')
})
