import { beforeEach, describe, expect, test, vi } from 'vitest'

import { createFakeProvider, type FakeProviderOptions } from '../../test/kit/fake-provider.ts'
import { untyped } from '../../test/kit/untyped.ts'
import { PayloadTooLargeError } from '../errors/payload-too-large-error.ts'
import { defineEvents } from '../events/define-events.ts'
import type { SendInfo } from '../hooks/hooks.ts'
import { createClient } from './create-client.ts'

const order = { tenantId: 'acme', orderId: 'order_1' }
const bug = new RangeError('This is a bug of the app.')
const broken = (): never => {
  throw bug
}
const schemaThat = (validate: () => never | Promise<never>) => ({
  '~standard': { version: 1 as const, vendor: 'test', validate },
})
defineEvents({
  'bad.throws': schemaThat(broken),
  'bad.rejects': schemaThat(() => Promise.reject(bug)),
})

const onSend = vi.fn<(send: SendInfo) => unknown>()
beforeEach(() => void onSend.mockReset())

function setUp(provider: FakeProviderOptions = {}) {
  const fake = createFakeProvider(provider)
  const client = createClient({ load: () => fake }, { jobs: [], hooks: { onSend } })
  return { client, plain: untyped(client), fake }
}

describe('a payload whose validation throws', () => {
  const cases: [what: string, event: string, payload: () => unknown][] = [
    ['in the schema', 'bad.throws', () => order],
    ['in an asynchronous schema', 'bad.rejects', () => order],
    [
      'in the getter of the tenant',
      'order.created',
      () => Object.defineProperty({ ...order }, 'tenantId', { get: broken }),
    ],
  ]

  test.each(cases)('%s is rejected, with the thrown error as the cause', async (_what, event, payload) => {
    const { plain, fake } = setUp()
    await expect(plain.sendJob(event, payload())).rejects.toMatchObject({
      name: 'PayloadInvalidError',
      code: 'payload_invalid',
      event,
      cause: bug,
      message: expect.stringContaining('This is a bug of the app.'),
    })
    expect(fake.sent).toEqual([])
    expect(onSend).not.toHaveBeenCalled()
  })

  test.each(cases)('%s does not affect the other items', async (_what, event, payload) => {
    const { plain, fake } = setUp()
    const items = [
      { event, payload: payload() },
      { event: 'order.refunded', payload: order },
    ]
    expect(await plain.sendJobs(items)).toMatchObject([
      { ok: false, error: { code: 'payload_invalid', event, cause: bug } },
      { ok: true, job: { event: 'order.refunded' } },
    ])
    expect(fake.sent).toHaveLength(1)
  })

  test('in a proxy is rejected, with the thrown error as the cause', async () => {
    const { plain, fake } = setUp()
    const payload = new Proxy({ ...order }, { ownKeys: broken })
    const error = { code: 'not_serializable', path: 'payload', cause: bug }
    await expect(plain.sendJob('order.created', payload)).rejects.toMatchObject(error)
    expect(await plain.sendJobs([{ event: 'order.created', payload }])).toMatchObject([{ ok: false, error }])
    expect(fake.sent).toEqual([])
  })

  test.each(['event', 'payload', 'options'])('an item whose `%s` throws does not affect the others', async (member) => {
    const { plain, fake } = setUp()
    const item = Object.defineProperty({ event: 'order.created', payload: order }, member, { get: broken })
    const results = (await plain.sendJobs([item, { event: 'order.created', payload: order }])) as { ok: boolean }[]
    expect(results).toMatchObject([{ ok: false, error: { cause: bug } }, { ok: true }])
    expect(fake.sent).toHaveLength(1)
  })
})

describe('a provider whose `send` throws', () => {
  const unreachable = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' })
  const failure = {
    name: 'SendFailedError',
    code: 'send_failed',
    accepted: 'maybe',
    cause: unreachable,
    message: expect.stringMatching(
      /^Failed to send `order\.created` to `fake`: connect ECONNREFUSED\. The event may have been accepted/,
    ),
  }
  const ways: [how: string, send: FakeProviderOptions['send'] & object][] = [
    ['rejecting', () => Promise.reject(unreachable)],
    [
      'at once',
      () => {
        throw unreachable
      },
    ],
  ]

  test.each(ways)('fails a single send that may have been accepted: %s', async (_how, send) => {
    const { client } = setUp({ send })
    const failed = await client.sendJob('order.created', order).catch((error: unknown) => error)
    expect(failed).toMatchObject(failure)
    expect(onSend).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ event: 'order.created', error: failed }))
  })

  test('fails every item that was sent', async () => {
    const { client } = setUp({ send: () => Promise.reject(unreachable) })
    const results = await client.sendJobs([
      { event: 'order.created', payload: order },
      { event: 'order.created', payload: { tenantId: 'acme', orderId: '' } },
      { event: 'order.created', payload: order },
    ])
    expect(results).toMatchObject([
      { ok: false, error: failure },
      { ok: false, error: { code: 'payload_invalid' } },
      { ok: false, error: failure },
    ])
    expect(onSend.mock.calls.map(([{ error }]) => error)).toMatchObject([failure, failure])
  })

  test('passes on an error of this library', async () => {
    const tooLarge = new PayloadTooLargeError({ event: 'order.created', bytes: 5, limitBytes: 4 })
    const { client } = setUp({ send: () => Promise.reject(tooLarge) })
    await expect(client.sendJob('order.created', order)).rejects.toBe(tooLarge)
    expect(await client.sendJobs([{ event: 'order.created', payload: order }])).toEqual([
      { ok: false, error: tooLarge },
    ])
    expect(onSend.mock.calls.map(([{ error }]) => error)).toEqual([tooLarge, tooLarge])
  })
})

test('a send that the engine refuses does not reach it, and the other items do, in order', async () => {
  const refusal = new PayloadTooLargeError({ event: 'order.refunded', bytes: 2, limitBytes: 1 })
  const { client, fake } = setUp({
    findSendError: ({ event }) => (event === 'order.refunded' ? refusal : undefined),
  })
  await expect(client.sendJob('order.refunded', order)).rejects.toBe(refusal)
  const results = await client.sendJobs([
    { event: 'order.created', payload: order },
    { event: 'order.refunded', payload: order },
    { event: 'order.delivered', payload: order },
  ])
  expect(results).toMatchObject([
    { ok: true, job: { event: 'order.created' } },
    { ok: false, error: refusal },
    { ok: true, job: { event: 'order.delivered' } },
  ])
  expect(fake.sent.map(({ event }) => event)).toEqual(['order.created', 'order.delivered'])
  expect(onSend.mock.calls.map(([{ event, error }]) => [event, error])).toEqual([
    ['order.refunded', refusal],
    ['order.created', undefined],
    ['order.refunded', refusal],
    ['order.delivered', undefined],
  ])
})
