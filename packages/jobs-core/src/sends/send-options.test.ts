import { describe, expect, test } from 'vitest'

import { createFakeProvider, type FakeProviderOptions } from '../../test/kit/fake-provider.ts'
import { createManualClock } from '../../test/kit/manual-clock.ts'
import { untyped } from '../../test/kit/untyped.ts'
import type { Feature } from '../engines/capabilities.ts'
import { maxDurationMs } from '../options/duration.ts'
import { createClient } from '../client/create-client.ts'

const order = { tenantId: 'acme', orderId: 'order_1' }
const clock = createManualClock()
const now = clock.now()

async function sendWith(options: unknown, provider: FakeProviderOptions = {}) {
  const fake = createFakeProvider(provider)
  await untyped(createClient({ load: () => fake }, { jobs: [], clock })).sendJob('order.created', order, options)
  return fake.sent[0]!
}

describe('the options of a send', () => {
  test.each<[options: object, envelope: object]>([
    [{ delay: '24h' }, { runAt: now + 86_400_000 }],
    [{ delay: 24 * 60 * 60 * 1000 }, { runAt: now + 86_400_000 }],
    [{ delay: 0.5 }, { runAt: now + 1 }],
    [{ delay: maxDurationMs }, { runAt: now + maxDurationMs }],
    [{ runAt: new Date(now + 5000) }, { runAt: now + 5000 }],
    [{ runAt: new Date(now + maxDurationMs) }, { runAt: now + maxDurationMs }],
    [{ idempotencyKey: 'order_1' }, { idempotencyKey: 'order_1', idempotencyTtlMs: 86_400_000 }],
    [{ idempotencyKey: 'x'.repeat(256), idempotencyTtl: '7d' }, { idempotencyTtlMs: 7 * 86_400_000 }],
    [{ rerunOf: 'x'.repeat(256) }, { rerunOf: 'x'.repeat(256) }],
    [{ maxAttempts: 1 }, { maxAttempts: 1 }],
    [{ maxAttempts: 1000 }, { maxAttempts: 1000 }],
    [{ priority: -600 }, { priority: -600 }],
    [{ providerOptions: { inngest: { priority: 1 } } }, { providerOptions: { inngest: { priority: 1 } } }],
  ])('%j are copied to the envelope', async (options, envelope) =>
    expect(await sendWith(options)).toMatchObject(envelope),
  )

  test.each([
    undefined,
    {},
    { delay: 0 },
    { delay: '0s' },
    { runAt: new Date(now) },
    { runAt: new Date(0) },
    { delay: undefined, runAt: undefined, idempotencyKey: undefined, maxAttempts: undefined, traceparent: undefined },
  ])('%j add nothing to the envelope', async (options) => {
    expect(Object.keys(await sendWith(options)).toSorted()).toEqual([
      'event',
      'id',
      'payload',
      'sentAt',
      'tenantId',
      'v',
    ])
  })

  test.each<[option: string, values: unknown[]]>([
    ['delay', [-1, 'soon', '', ' 5s', Number.NaN, '11y', maxDurationMs + 1, null]],
    ['runAt', [new Date(Number.NaN), '2026-03-02', now + 5000, null, new Date(now + maxDurationMs + 1)]],
    ['idempotencyKey', ['', '  ', 5, null, {}, 'x'.repeat(257)]],
    ['rerunOf', ['', '  ', 5, null, ['a'], '\uD800', 'x'.repeat(257)]],
    ['maxAttempts', [0, -1, 1.5, 1001, '3', Number.NaN, null]],
    ['priority', [601, -601, 1.5, '3', Number.NaN, null]],
    ['urgency', [1]],
    ['maxattempts', [3]],
  ])('`%s` cannot be one of %o', async (option, values) => {
    for (const value of values) {
      await expect(sendWith({ [option]: value })).rejects.toMatchObject({
        code: 'invalid_option',
        option,
        message: expect.stringMatching(/^`.+` .+\. [A-Z].+\.$/),
      })
    }
  })

  test('`idempotencyTtl` must be a duration, and requires a key', async () => {
    const refused = { code: 'invalid_option', option: 'idempotencyTtl' }
    await expect(sendWith({ idempotencyKey: 'k', idempotencyTtl: 'soon' })).rejects.toMatchObject(refused)
    await expect(sendWith({ idempotencyTtl: '1h' })).rejects.toMatchObject(refused)
  })

  test.each([0, '0s'])('`idempotencyTtl` cannot be %j', async (idempotencyTtl) => {
    await expect(sendWith({ idempotencyKey: 'k', idempotencyTtl })).rejects.toMatchObject({
      code: 'invalid_option',
      option: 'idempotencyTtl',
      message: expect.stringContaining('`idempotencyTtl` is 0. '),
    })
  })

  test('`delay` and `runAt` cannot be combined', async () => {
    const both = { delay: '5s', runAt: new Date(now + 5000) }
    await expect(sendWith(both)).rejects.toMatchObject({ option: 'runAt', message: expect.stringContaining('`delay`') })
  })
})

describe('an option that the engine does not support is rejected with a remedy', () => {
  test.each<[feature: Feature, options: object]>([
    ['delay', { delay: '5s' }],
    ['delay', { runAt: new Date(now + 1) }],
    ['idempotencyKey', { idempotencyKey: 'k' }],
  ])('%s: %j', async (feature, options) => {
    await expect(sendWith(options, { without: [feature] })).rejects.toMatchObject({
      code: 'unsupported_feature',
      feature,
      provider: 'fake',
      message: expect.stringContaining('Do without.'),
    })
  })

  test('more attempts than its maximum', async () => {
    const limits = { maxAttemptsLimit: 4 }
    expect(await sendWith({ maxAttempts: 4 }, { limits })).toMatchObject({ maxAttempts: 4 })
    await expect(sendWith({ maxAttempts: 5 }, { limits })).rejects.toMatchObject({
      code: 'unsupported_feature',
      feature: 'maxAttempts: 5',
      message: expect.stringContaining('The maximum is 4'),
    })
  })

  test('another number of attempts, if it can neither raise nor lower it', async () => {
    const both: Feature[] = ['maxAttempts of a send, raised', 'maxAttempts of a send, lowered']
    await expect(sendWith({ maxAttempts: 2 }, { without: both })).rejects.toMatchObject({ code: 'unsupported_feature' })
    for (const one of both)
      expect(await sendWith({ maxAttempts: 2 }, { without: [one] })).toMatchObject({ maxAttempts: 2 })
  })

  test('a longer delay than its maximum', async () => {
    const limits = { maxDelayMs: 86_400_000 }
    expect(await sendWith({ delay: '24h' }, { limits })).toMatchObject({ runAt: now + 86_400_000 })
    await expect(sendWith({ delay: '25h' }, { limits })).rejects.toMatchObject({
      code: 'unsupported_feature',
      message: expect.stringMatching(/90000000 ms.*86400000 ms/),
    })
  })
})
