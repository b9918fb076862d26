import { beforeEach, describe, expect, test, vi } from 'vitest'
import * as z from 'zod'

import { type AttemptKit, createAttemptKit, orderEnvelope, orderJob } from '../../test/kit/attempt-kit.ts'
import { decodeEnvelope, toExternalEnvelope, type Envelope } from '../events/envelope.ts'
import { defineEvents } from '../events/define-events.ts'
import { processEvents } from '../events/event-registry.ts'
import { eventType } from '../events/event-type.ts'
import type { Json } from '../values/json.ts'
import { defineCronJob } from '../jobs/define-cron-job.ts'
import { defineJob } from '../jobs/define-job.ts'
import type { Definition } from '../jobs/definition.ts'
import type { CronContext } from '../jobs/job-context.ts'
import type { Outcome } from '../hooks/outcome.ts'

defineEvents({
  'dated.sent': z.object({ at: z.coerce.date(), times: z.number().default(1) }),
  'typed.sent': eventType(),
  'late.read': z.object({ word: z.string().refine(async (word) => word !== 'bad', 'is bad') }),
  'listed.sent': z.object({ list: z.array(z.number()) }).transform(({ list }) => list),
  'worded.sent': z.object({ word: z.string() }).transform(({ word }) => word),
  'emptied.sent': z.object({}).transform(() => null),
  'parsed.sent': z.object({ href: z.url() }).transform(({ href }) => new URL(href)),
})

let kit: AttemptKit
beforeEach(() => {
  kit = createAttemptKit()
})

/** Returns the payload that a handler receives for a sent one. */
async function received(event: string, payload: Json): Promise<unknown> {
  let seen: unknown
  const definition = defineJob({
    id: 'receive',
    event: event as 'order.created',
    handler: (message) => void (seen = message.payload),
  })
  const outcome = await kit.run(definition as unknown as Definition, orderEnvelope({ event, payload }))
  expect(outcome).toEqual({ type: 'completed' })
  return seen
}

const failedOf = async (envelope: Partial<Envelope>) => {
  const handler = vi.fn<() => void>()
  const outcome = await kit.run(orderJob(handler), orderEnvelope(envelope))
  expect(handler).not.toHaveBeenCalled()
  return outcome
}

describe('an invalid envelope fails the run in the first attempt without a call of the handler', () => {
  test('with an undeclared event', async () => {
    expect(await failedOf({ event: 'order.shipped' })).toMatchObject({
      type: 'failed',
      error: { code: 'unknown_event' },
    })
  })

  test('with a payload that is not JSON', async () => {
    const payload = { tenantId: 'acme', orderId: 'order_1', total: 5n } as never
    expect(await failedOf({ payload })).toMatchObject({ type: 'failed', error: { code: 'not_serializable' } })
  })
})

describe('a schema that throws its own error, such as for an unavailable server', () => {
  const away = new Error('The server is away.')
  const retry = { maxAttempts: 2, backoff: 'fixed', initialDelay: 5000 } as const
  const looked = (schema: () => unknown): string => {
    processEvents().own.delete('looked.up')
    defineEvents({ 'looked.up': { '~standard': { version: 1, vendor: 'by hand', validate: schema as never } } })
    return 'looked.up'
  }
  const lookUp = (handler: () => unknown, onFailure?: () => unknown) =>
    defineJob({
      id: 'look-up',
      event: 'looked.up' as 'order.created',
      retry,
      handler,
      onFailure,
    }) as unknown as Definition

  test.each<[how: string, schema: () => unknown]>([
    [
      'at once',
      () => {
        throw away
      },
    ],
    ['late', async () => Promise.reject(away)],
  ])('%s, fails the attempt, which is retried while attempts remain', async (_how, schema) => {
    const event = looked(schema)
    const [handler, onFailure] = [vi.fn<() => void>(), vi.fn<() => void>()]
    const definition = lookUp(handler, onFailure)
    const error = { name: 'Error', message: 'The server is away.' }
    expect(await kit.run(definition, orderEnvelope({ event }), { attempt: 1 })).toMatchObject({
      type: 'retry',
      afterMs: 5000,
      error,
    })
    expect(onFailure).not.toHaveBeenCalled()
    expect(await kit.run(definition, orderEnvelope({ event }), { attempt: 2 })).toMatchObject({ type: 'failed', error })
    expect(onFailure).toHaveBeenCalledOnce()
    expect(handler).not.toHaveBeenCalled()
  })
})

test('a parsed payload that is not a plain object reaches the handler unchanged', async () => {
  expect(await received('listed.sent', { tenantId: 'acme', list: [1, 2] })).toEqual([1, 2])
  expect(await received('worded.sent', { tenantId: 'acme', word: 'hello' })).toBe('hello')
  expect(await received('emptied.sent', { tenantId: 'acme' })).toBeNull()
  expect(await received('parsed.sent', { tenantId: 'acme', href: 'https://example.com/' })).toEqual(
    new URL('https://example.com/'),
  )
})

/** Runs an attempt of an order from another producer. */
async function runForeign(members: object, handler: () => unknown): Promise<Outcome> {
  const wire = { v: 1, id: 'x', event: 'order.created', tenantId: 'acme', sentAt: 0 }
  const envelope = decodeEnvelope({ ...wire, payload: { tenantId: 'acme', orderId: 'order_1' }, ...members })
  return kit.run(orderJob(handler), envelope!)
}

describe('the envelope of another producer', () => {
  test.each<[whose: string, tenantId: string, payload: Json]>([
    ['the tenant of the platform in its payload', 'acme', { tenantId: 'system', orderId: 'order_1' }],
    ['a blank tenant', '   ', { tenantId: '   ', orderId: 'order_1' }],
    ['an empty tenant in its payload', 'acme', { tenantId: '', orderId: 'order_1' }],
    ['no tenant in its payload', 'acme', { orderId: 'order_1' }],
    ['`null` for a payload', 'acme', null],
    ['another tenant in its payload', 'acme', { tenantId: 'globex', orderId: 'order_1' }],
  ])('with %s fails the run without a call of the handler', async (_whose, tenantId, payload) => {
    const handler = vi.fn<() => void>()
    expect(await runForeign({ tenantId, payload }, handler)).toMatchObject({
      type: 'failed',
      error: {
        name: 'TenantRequiredError',
        code: 'tenant_required',
        message: expect.stringContaining('The `tenantId` of `order.created` '),
      },
    })
    expect(handler).not.toHaveBeenCalled()
  })
})

test('a plain payload of another producer cannot use the tenant of the platform', async () => {
  const payload = { tenantId: 'system', orderId: 'order_1' }
  const handler = vi.fn<() => void>()
  const external = toExternalEnvelope({ id: 'x', event: 'order.created', payload, sentAt: 0 })
  const message = expect.stringMatching(/is `system`, which is reserved .* use `client\.forSystem\(\)`/)
  expect(await kit.run(orderJob(handler), external)).toMatchObject({ error: { code: 'tenant_required', message } })
  expect(handler).not.toHaveBeenCalled()
  expect(await kit.run(orderJob(handler), { ...external, tenantId: 'system' })).toMatchObject({ type: 'completed' })
})

describe('the envelope of a cron job from another producer', () => {
  test.each<[what: string, payload: Json]>([
    ['has no `scheduledAt`', {}],
    ['has one that is no instant', { scheduledAt: 'soon' }],
    ['is null', null],
    ['is a text', '2026-03-01T09:00:00Z'],
  ])('fails the run without a call of the handler if its payload %s', async (_what, payload) => {
    const handler = vi.fn<() => void>()
    const onFailure = vi.fn<(error: Error, context: CronContext) => void>()
    const definition = defineCronJob({ id: 'daily-report', schedule: '0 9 * * *', handler, onFailure })
    const envelope = { v: 1 as const, id: 'x', event: 'cron/daily-report', tenantId: 'system', payload, sentAt: 0 }
    expect(await kit.run(definition, envelope)).toMatchObject({
      type: 'failed',
      error: {
        name: 'PayloadInvalidError',
        code: 'payload_invalid',
        message: expect.stringMatching(/`cron\/daily-report`.*`payload\.scheduledAt`: is not a date/s),
      },
    })
    expect(handler).not.toHaveBeenCalled()
    // `onFailure` is called with the time of the send, because there is no tick.
    expect(onFailure).toHaveBeenCalledExactlyOnceWith(
      expect.objectContaining({ code: 'payload_invalid' }),
      expect.objectContaining({ scheduledAt: new Date(0) }),
    )
  })
})
