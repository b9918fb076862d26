import { describe, expect, test, vi } from 'vitest'
import * as z from 'zod'

import { createFakeProvider, type FakeProviderOptions } from '../../test/kit/fake-provider.ts'
import { createManualClock } from '../../test/kit/manual-clock.ts'
import { untyped } from '../../test/kit/untyped.ts'
import { defineEvents } from '../events/define-events.ts'
import { eventType } from '../events/event-type.ts'
import { defineCronJob } from '../jobs/define-cron-job.ts'
import { defineJob } from '../jobs/define-job.ts'
import { createClient } from './create-client.ts'
import type { ClientOptions } from './client-options.ts'

const order = { tenantId: 'acme', orderId: 'order_1' }
const clock = createManualClock()

defineEvents({
  'note.sent': eventType(),
  'date.sent': z.object({ at: z.coerce.date() }),
  'late.checked': z.object({ word: z.string().refine(async (word) => word !== 'bad', 'is bad') }),
})

function setUp(provider: FakeProviderOptions = {}, options: ClientOptions = {}) {
  const fake = createFakeProvider(provider)
  const client = createClient({ load: () => fake }, { jobs: [], clock, ...options })
  return { client, plain: untyped(client), fake }
}

describe('a sent event', () => {
  test('becomes an envelope, and its handle has the id from the engine', async () => {
    const { client, fake } = setUp({ send: vi.fn<() => Promise<never>>() })
    const send = vi.spyOn(fake, 'send').mockResolvedValue([{ ok: true, id: 'engine_1', deduplicated: true }])
    expect(await client.sendJob('order.created', { ...order, totalAmount: undefined })).toEqual({
      id: 'engine_1',
      event: 'order.created',
      tenantId: 'acme',
      deduplicated: true,
    })
    expect(send).toHaveBeenCalledExactlyOnceWith([
      {
        v: 1,
        id: expect.stringMatching(/^[0-9A-Z]{26}$/),
        event: 'order.created',
        tenantId: 'acme',
        payload: order,
        sentAt: clock.now(),
      },
    ])
  })

  test('can be sent with `sendEvent`', async () => {
    const { client, fake } = setUp()
    expect(await client.sendEvent('order.created', order)).toMatchObject({ event: 'order.created', tenantId: 'acme' })
    expect(fake.sent).toHaveLength(1)
  })

  test('can have the size that every engine accepts, in bytes of UTF-8, and not more', async () => {
    const { plain, fake } = setUp()
    const sized = (bytes: number, letter = 'x') => {
      const left = bytes - JSON.stringify({ tenantId: 'acme', note: '' }).length
      const note = letter.repeat(Math.floor(left / Buffer.byteLength(letter)))
      return { tenantId: 'acme', note: note + 'x'.repeat(left - Buffer.byteLength(note)) }
    }
    await plain.sendJob('note.sent', sized(122_880))
    await plain.sendJob('note.sent', sized(122_880, '…'))
    for (const [bytes, letter] of [
      [122_881, 'x'],
      [122_881, '…'],
    ] as const) {
      await expect(plain.sendJob('note.sent', sized(bytes, letter))).rejects.toMatchObject({
        code: 'payload_too_large',
        bytes,
        limitBytes: 122_880,
        message: expect.stringMatching(/`note\.sent`.*122880/),
      })
    }
    expect(fake.sent).toHaveLength(2)
  })

  test('can be larger if the engine and the client allow it, and smaller if the engine accepts less', async () => {
    const note = { tenantId: 'acme', note: 'x'.repeat(200_000) }
    await expect(setUp({}, { maxPayloadBytes: 300_000 }).plain.sendJob('note.sent', note)).resolves.toMatchObject({
      event: 'note.sent',
    })
    const small = setUp({ limits: { maxPayloadBytes: 100 } })
    await expect(small.plain.sendJob('note.sent', note)).rejects.toMatchObject({
      code: 'payload_too_large',
      limitBytes: 100,
    })
  })

  test('cannot have a higher limit than that of the engine', async () => {
    const { client } = setUp({}, { maxPayloadBytes: 2_000_000 })
    await expect(client.sendJob('order.created', order)).rejects.toMatchObject({
      code: 'invalid_option',
      option: 'maxPayloadBytes',
      message: expect.stringContaining('1048576'),
    })
  })
})

describe('a rejected send never reaches the engine', () => {
  test.each<[name: string, event: unknown, payload: unknown, error: object]>([
    ['an unknown event', 'order.crated', order, { code: 'unknown_event', nearest: 'order.created' }],
    ['an empty name of an event', '', order, { code: 'unknown_event' }],
    [
      'no event',
      undefined,
      order,
      {
        code: 'invalid_option',
        option: 'event',
        message: expect.stringMatching(
          /^`event` is undefined, not a string\. Pass the name of the event, or a job with `payload`, first/,
        ),
      },
    ],
    [
      'no tenant',
      'order.created',
      { orderId: 'order_1' },
      { code: 'tenant_required', message: expect.stringContaining('is missing') },
    ],
    ['a blank tenant', 'order.created', { ...order, tenantId: ' ' }, { code: 'tenant_required' }],
    ['a tenant that is a number', 'order.created', { ...order, tenantId: 5 }, { code: 'tenant_required' }],
    [
      'the tenant of the platform',
      'order.created',
      { ...order, tenantId: 'system' },
      { code: 'tenant_required', message: expect.stringContaining('use `client.forSystem()`') },
    ],
    ['no payload', 'order.created', undefined, { code: 'tenant_required' }],
    [
      'a wrong field',
      'order.created',
      { ...order, currency: 'usd' },
      { code: 'payload_invalid', issues: [{ path: 'payload.currency' }] },
    ],
    [
      'a value that is not JSON',
      'note.sent',
      { tenantId: 'acme', list: [1, 5n] },
      { code: 'not_serializable', path: 'payload.list[1]' },
    ],
  ])('%s', async (_name, event, payload, error) => {
    const { plain, fake } = setUp()
    await expect(plain.sendJob(event, payload)).rejects.toMatchObject(error)
    await expect(plain.scheduleJob(event, payload, { delay: 5 })).rejects.toMatchObject(error)
    expect(await plain.sendJobs([{ event, payload }])).toMatchObject([{ ok: false, error }])
    expect(fake.sent).toEqual([])
  })
})

describe('a send to the id of a job', () => {
  const handler = (): void => undefined
  const sendTo = async (event: string): Promise<unknown> => setUp().plain.sendJob(event, order)

  test('fails and names the event that the job handles', async () => {
    defineJob({ id: 'send-receipt', event: 'order.refunded', handler })
    const refused = expect.objectContaining({
      code: 'unknown_event',
      event: 'send-receipt',
      message:
        'The event `send-receipt` is unknown. It is the id of a job: send the event that this job handles, `order.refunded`.',
    })
    await expect(sendTo('send-receipt')).rejects.toEqual(refused)
    expect(await setUp().plain.sendJobs([{ event: 'send-receipt', payload: order }])).toEqual([
      { ok: false, error: refused },
    ])
    await expect(untyped(setUp().client.forTenant('acme')).sendJob('send-receipt', {})).rejects.toEqual(refused)
  })

  test('sends the event if an event has the same name', async () => {
    defineJob({ id: 'note.sent', event: 'order.refunded', handler })
    await expect(sendTo('note.sent')).resolves.toMatchObject({ event: 'note.sent' })
  })

  test('names no event if the job is a cron job', async () => {
    defineCronJob({ id: 'nightly-report', schedule: '0 3 * * *', handler })
    await expect(sendTo('nightly-report')).rejects.toMatchObject({
      code: 'unknown_event',
      message: expect.not.stringContaining('id of a job'),
    })
  })
})
