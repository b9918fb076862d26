import { describe, expect, test, vi } from 'vitest'

import { createFakeProvider, type FakeProviderOptions } from '../../test/kit/fake-provider.ts'
import { createManualClock } from '../../test/kit/manual-clock.ts'
import { untyped } from '../../test/kit/untyped.ts'
import { SendFailedError } from '../errors/send-failed-error.ts'
import type { SendInfo } from '../hooks/hooks.ts'
import type { ClientOptions } from './client-options.ts'
import { createClient } from './create-client.ts'

const order = { tenantId: 'acme', orderId: 'order_1' }
const clock = createManualClock()

function setUp(provider: FakeProviderOptions = {}, options: ClientOptions = {}) {
  const fake = createFakeProvider(provider)
  const client = createClient({ load: () => fake }, { jobs: [], clock, ...options })
  return { client, plain: untyped(client), fake }
}

describe('sendJobs', () => {
  test('sends all valid items in one call, and nothing without valid items', async () => {
    const { client, fake } = setUp()
    const send = vi.spyOn(fake, 'send')
    await client.sendJobs([1, 2, 3].map(() => ({ event: 'order.created' as const, payload: order })))
    expect(send.mock.calls.map(([envelopes]) => envelopes.length)).toEqual([3])
    expect(await client.sendJobs([{ event: 'order.created', payload: { tenantId: '', orderId: 'x' } }])).toMatchObject([
      { ok: false },
    ])
    expect(await client.sendJobs([])).toEqual([])
    expect(send).toHaveBeenCalledOnce()
  })

  test.each([undefined, null, 'order.created', {}, 5])('rejects %j, which is not an array', async (items) => {
    await expect(setUp().plain.sendJobs(items)).rejects.toMatchObject({ code: 'invalid_option', option: 'items' })
  })

  test('returns an error for an invalid item, and sends the others', async () => {
    const { plain, fake } = setUp()
    const results = await plain.sendJobs([null, { event: 'order.created', payload: order }, 'order.created', {}])
    expect(results).toMatchObject([
      { ok: false, error: { code: 'invalid_option', option: 'items[0]' } },
      { ok: true },
      { ok: false, error: { code: 'invalid_option', option: 'items[2]' } },
      { ok: false, error: { code: 'invalid_option', option: 'event' } },
    ])
    expect(fake.sent).toHaveLength(1)
  })

  test('passes the transaction to the engine, and sends nothing if items have different ones', async () => {
    const onSend = vi.fn<(send: SendInfo) => void>()
    const { client, fake } = setUp({}, { hooks: { onSend } })
    const [transaction, other] = [{}, {}]
    const items = (...all: object[]) =>
      all.map((one) => ({ event: 'order.created' as const, payload: order, options: { transaction: one } }))
    expect(await client.sendJobs(items(transaction, transaction))).toMatchObject([{ ok: true }, { ok: true }])
    expect(fake.sent.map((sent) => sent.transaction === transaction)).toEqual([true, true])
    expect(onSend.mock.calls[0]![0].envelope).not.toHaveProperty('transaction')
    const refused = { ok: false, error: { code: 'invalid_option', option: 'transaction' } }
    expect(await client.sendJobs(items(transaction, other))).toMatchObject([refused, refused])
    expect(fake.sent).toHaveLength(2)
  })

  test.each([null, 7, 'BEGIN'])('rejects the transaction %j', async (transaction) => {
    const sending = setUp().plain.sendJob('order.created', order, { transaction })
    await expect(sending).rejects.toMatchObject({ code: 'invalid_option', option: 'transaction' })
  })

  test('refuses a transaction by name on an engine without them', async () => {
    const { client } = setUp({ without: ['transaction'] })
    const sending = client.sendJob('order.created', order, { transaction: {} })
    await expect(sending).rejects.toMatchObject({ code: 'unsupported_feature', feature: 'transaction' })
  })

  test('returns the errors of the engine in order, and calls `onSend` for every envelope', async () => {
    const facts = { event: 'order.created', provider: 'fake' }
    const error = new SendFailedError({ ...facts, problem: 'it is full', accepted: 'no' })
    const onSend = vi.fn<(send: SendInfo) => void>()
    const { client } = setUp(
      {
        send: async () => [
          { ok: true, id: 'a', deduplicated: true },
          { ok: false, error },
        ],
      },
      { hooks: { onSend } },
    )
    const items = [order, { ...order, orderId: '' }, order, order].map((payload) => ({
      event: 'order.created' as const,
      payload,
    }))
    const message = expect.stringContaining('returned no result')
    const missing = expect.objectContaining({ code: 'send_failed', accepted: 'maybe', message })
    expect(await client.sendJobs(items)).toEqual([
      { ok: true, job: { id: 'a', event: 'order.created', tenantId: 'acme', deduplicated: true } },
      { ok: false, error: expect.objectContaining({ code: 'payload_invalid' }) },
      { ok: false, error },
      { ok: false, error: missing },
    ])
    const unanswered = setUp({ send: async () => [] }).client.sendJob('order.created', order)
    await expect(unanswered).rejects.toMatchObject({ code: 'send_failed', accepted: 'maybe' })
    const common = { event: 'order.created', tenantId: 'acme', envelope: expect.objectContaining({ payload: order }) }
    expect(onSend.mock.calls).toEqual([
      [{ ...common, jobId: 'a', deduplicated: true }],
      [{ ...common, error }],
      [common],
    ])
  })
})
