import { beforeEach, describe, expect, test } from 'vitest'

import { createFakeProvider } from '../../../test/kit/fake-provider.ts'
import { untyped } from '../../../test/kit/untyped.ts'
import { createClient } from '../create-client.ts'
import { createTenantRouter } from './create-tenant-router.ts'

const payload = { tenantId: 'acme', orderId: 'order_1' }
const open = () => createClient({ load: () => createFakeProvider() }, { jobs: [] })

let isBroken: boolean
beforeEach(() => {
  isBroken = false
})

const routerTo = (...names: ('old' | 'new')[]) => {
  const route = () => {
    if (isBroken) throw new Error('No routes are loaded.')
    return names
  }
  return createTenantRouter({ clients: { old: open(), new: open() }, route })
}

describe.each([
  ['one engine', ['old']],
  ['several engines', ['old', 'new']],
] as const)('a batch to %s', (_, names) => {
  test.each<[string, object]>([
    ['a payload that is null', { event: 'order.created', payload: null }],
    ['no payload', { event: 'order.created' }],
    [
      'a payload that cannot be read',
      {
        event: 'order.created',
        payload: {
          get tenantId() {
            throw new Error('It is gone.')
          },
        },
      },
    ],
    ['nothing', {}],
    ['no event', { payload }],
    ['an event that is null, and a key', { event: null, payload, options: { idempotencyKey: 'k' } }],
    ['options that are null', { event: 'order.created', payload, options: null }],
    ['options that are a number', { event: 'order.created', payload, options: 5 }],
  ])('reports an item with %s as one client does, and sends the others', async (_name, item) => {
    const items = [item, { event: 'order.created', payload }]
    const [expected] = await untyped(open()).sendJobs(items)
    const [result, other] = await untyped(routerTo(...names)).sendJobs(items)
    expect(result).toEqual(expected)
    expect(other).toMatchObject({ ok: true })
  })

  test('reports an item without an event also if `route` throws', async () => {
    isBroken = true
    const [result] = await untyped(routerTo(...names)).sendJobs([{ payload }])
    expect(result).toMatchObject({ ok: false, error: { code: 'invalid_option', option: 'event' } })
  })
})

test('a closed router reports each item, also one that is not an object', async () => {
  const router = routerTo('old')
  await router.close()
  const results = await untyped(router).sendJobs([null, { event: 'order.created', payload }])
  expect(results).toMatchObject([{ ok: false }, { ok: false }])
})
