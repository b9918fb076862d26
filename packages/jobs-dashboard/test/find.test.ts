import { beforeAll, expect, test } from 'vitest'

import type { FoundJson } from '../src/api-types.ts'
import { everything, openDashboard } from './kit/open-dashboard.ts'

const { engine, as } = openDashboard()
const root = as({ user: 'root', can: everything })
const bob = as({ user: 'bob', tenants: ['acme'] })
const find = (browser: typeof root, text: string) => browser.read<FoundJson>(`find?text=${encodeURIComponent(text)}`)
let id = ''
let foreignId = ''

beforeAll(async () => {
  const { client } = engine
  ;({ id } = await client.sendJob('shop.ordered', { tenantId: 'acme', orderId: '1' }, { reference: 'order_1' }))
  const foreign = { tenantId: 'globex', orderId: '2' }
  ;({ id: foreignId } = await client.sendJob('shop.ordered', foreign, { reference: 'order_2' }))
  await engine.settle()
})

test('a text finds the job with this id, the jobs with this reference, and the jobs of this tenant', async () => {
  expect((await find(root, id)).job).toMatchObject({ id, event: 'shop.ordered', tenantId: 'acme' })
  expect(await find(root, 'order_1')).toEqual({ reference: { count: 1, isExact: true }, definitions: [] })
  expect(await find(root, 'globex')).toEqual({ tenant: { count: 1, isExact: true }, definitions: [] })
})

test('a text finds definitions by a part of their ids, in upper or lower case', async () => {
  const all = (await engine.client.inspect.listDefinitions()).map((definition) => definition.id)
  const part = all[0]!.slice(1, 5).toUpperCase()
  expect((await find(root, part)).definitions).toContain(all[0])
})

test('a user of one tenant finds nothing of others', async () => {
  expect((await find(bob, 'acme')).tenant).toEqual({ count: 1, isExact: true })
  for (const text of [foreignId, 'order_2', 'globex']) expect(await find(bob, text)).toEqual({ definitions: [] })
})
