import { type Definition, InvalidOptionError, type SendOptions, type SendResult } from '@cgk-platform/jobs-core'
import { describe, expect, test } from 'vitest'

import { createTestEngine } from '../src/testing/index.ts'
import { expectRefused } from './kit/expect-refused.ts'
import './kit/work.ts'

const tenantId = 'acme'
const durations = "Give milliseconds as a number, or a number with one unit (ms, s, m, h, d, w): `'30s'`"
const instants = 'Give a valid `Date` at most ten years ahead.'
const keys = 'Give a string of 1 to 256 characters that names what happened, such as the id of an order.'
const tenYears = 10 * 365 * 86_400_000

describe('an option of a send that cannot be', () => {
  const cases: [string, object, option: string, problem: string, remedy: string][] = [
    ['a negative delay', { delay: -1 }, 'delay', 'is negative: `-1`', durations],
    ['a delay of NaN', { delay: Number.NaN }, 'delay', 'is not a duration: `NaN`', durations],
    ['an endless delay', { delay: Number.POSITIVE_INFINITY }, 'delay', 'is over ten years: `Infinity`', durations],
    ['a delay in the past without end', { delay: Number.NEGATIVE_INFINITY }, 'delay', 'is negative', durations],
    ['a delay in loose words', { delay: 'soon' }, 'delay', "is not a duration: `'soon'`", durations],
    ['a delay without unit', { delay: '10' }, 'delay', "is not a duration: `'10'`", durations],
    ['a negative delay in words', { delay: '-5m' }, 'delay', "is not a duration: `'-5m'`", durations],
    ['a delay that is null', { delay: null }, 'delay', 'is not a duration: `null`', durations],
    ['a delay that is a Date', { delay: new Date() }, 'delay', 'is not a duration', durations],
    [
      'a delay of over ten years',
      { delay: tenYears + 1 },
      'delay',
      `is over ten years: \`${tenYears + 1}\``,
      durations,
    ],
    ['a delay of over ten years in words', { delay: '522w' }, 'delay', 'is over ten years', durations],
    ['an invalid runAt', { runAt: new Date('soon') }, 'runAt', 'is an invalid Date', instants],
    ['a runAt that is text', { runAt: '2026-01-02T00:00:00Z' }, 'runAt', 'is a string, not a Date', instants],
    ['a runAt that is a number', { runAt: 1_800_000_000_000 }, 'runAt', 'is a number, not a Date', instants],
    [
      'a runAt over ten years ahead',
      { runAt: new Date('2036-01-01T00:00:00Z') },
      'runAt',
      'is over ten years ahead',
      instants,
    ],
    ['both', { delay: 1, runAt: new Date(0) }, 'runAt', 'is given beside `delay`', 'Give one of the two.'],
    ['an empty key', { idempotencyKey: '' }, 'idempotencyKey', 'is empty', keys],
    ['a blank key', { idempotencyKey: '  ' }, 'idempotencyKey', 'is blank', keys],
    ['a key that is too long', { idempotencyKey: 'x'.repeat(257) }, 'idempotencyKey', 'has 257 characters', keys],
    ['a key that is no string', { idempotencyKey: 7 }, 'idempotencyKey', 'is a number', keys],
    [
      'a life of a key that cannot be',
      { idempotencyKey: 'a', idempotencyTtl: -1 },
      'idempotencyTtl',
      'is negative',
      durations,
    ],
    [
      'a life without a key',
      { idempotencyTtl: '1h' },
      'idempotencyTtl',
      'requires `idempotencyKey`',
      'Give `idempotencyKey`, or leave `idempotencyTtl` out.',
    ],
    ['no attempt', { maxAttempts: 0 }, 'maxAttempts', 'is `0`', 'Give a whole number from 1 to 1000.'],
    ['half an attempt', { maxAttempts: 1.5 }, 'maxAttempts', 'is `1.5`', 'Give a whole number from 1 to 1000.'],
    ['too many attempts', { maxAttempts: 1001 }, 'maxAttempts', 'is `1001`', 'Give a whole number from 1 to 1000.'],
    ['attempts in words', { maxAttempts: '3' }, 'maxAttempts', 'is `3`', 'Give a whole number from 1 to 1000.'],
    [
      'an option that is unknown',
      { dealy: 5 },
      'dealy',
      'is not an option of a send',
      'The options are `delay`, `runAt`,',
    ],
    ['a trace that is no string', { traceparent: 1 }, 'traceparent', 'is a number', 'Give the W3C header as a string.'],
  ]

  test.each(cases)('%s', async (_name, options, option, problem, remedy) => {
    const error = await expectRefused((client) => client.sendJob('work.asked', { tenantId }, options as SendOptions), {
      error: InvalidOptionError,
      code: 'invalid_option',
      says: [`\`${option}\` ${problem}`, remedy],
    })
    expect((error as InvalidOptionError).option).toBe(option)
  })

  test.each(['24h', 5000, [{ delay: '24h' }]])('options that are %j instead of an object', async (options) => {
    await expectRefused((client) => client.sendJob('work.asked', { tenantId }, options as never), {
      error: InvalidOptionError,
      code: 'invalid_option',
      says: ['`options` is a', 'not an object', 'The options are `delay`, `runAt`,'],
    })
  })

  test('an option that is refused takes no idempotency key with it', async () => {
    const engine = createTestEngine({ jobs: [] })
    const options = { idempotencyKey: 'a', delay: -1 }
    await expect(engine.client.sendJob('work.ignored', { tenantId }, options)).rejects.toMatchObject({
      code: 'invalid_option',
    })
    expect((await engine.client.sendJob('work.ignored', { tenantId }, { idempotencyKey: 'a' })).deduplicated).toBe(
      false,
    )
  })

  test.each([undefined, null, {}])('`scheduleJob` with %j does not say when', async (options) => {
    await expectRefused((client) => client.scheduleJob('work.asked', { tenantId }, options as never), {
      error: InvalidOptionError,
      code: 'invalid_option',
      says: ['`delay` is missing, and so is `runAt`', 'Say when:'],
    })
  })

  test('the very limits are taken', async () => {
    const engine = createTestEngine({ jobs: [] })
    const limits: SendOptions[] = [
      { delay: 0 },
      { delay: tenYears },
      { runAt: new Date(Date.UTC(2026, 0, 1) + tenYears) },
      { idempotencyKey: 'x'.repeat(256) },
      { maxAttempts: 1 },
      { maxAttempts: 1000 },
    ]
    for (const options of limits) await engine.client.sendJob('work.ignored', { tenantId }, options)
    expect(engine.sent).toHaveLength(limits.length)
  })
})

describe('`sendJobs` with rubbish', () => {
  const codeOf = (result: SendResult): string => (result.ok ? 'ok' : result.error.code)

  test('answers each item for itself, in order, and sends the good ones', async () => {
    const engine = createTestEngine({ jobs: [] })
    const items = [
      { event: 'work.ignored', payload: { tenantId, number: 1 } },
      { event: 'work.unheard', payload: { tenantId } },
      { event: 'work.ignored', payload: {} },
      { event: 'work.ignored', payload: { tenantId, data: 1n } },
      { event: 'email.send', payload: { tenantId } },
      { event: 'work.ignored', payload: { tenantId }, options: { delay: 'soon' } },
      { event: 'work.ignored' },
      {},
      { event: 'work.ignored', payload: { tenantId, number: 2 } },
    ]
    const results = await engine.client.sendJobs(items as never)
    expect(results.map(codeOf)).toEqual([
      'ok',
      'unknown_event',
      'tenant_required',
      'not_serializable',
      'payload_invalid',
      'invalid_option',
      'tenant_required',
      'invalid_option',
      'ok',
    ])
    expect(engine.sent.map(({ payload }) => payload)).toEqual([
      { tenantId, number: 1 },
      { tenantId, number: 2 },
    ])
  })

  test.each([null, undefined, 5, 'work.ignored'])('an item that is %j is refused for itself', async (item) => {
    const engine = createTestEngine({ jobs: [] })
    const good = { event: 'work.ignored', payload: { tenantId } }
    const results = await engine.client.sendJobs([good, item, good] as never)
    expect(results.map(({ ok }) => ok)).toEqual([true, false, true])
    const acme = await engine.client.forTenant(tenantId).sendJobs([good, item, good] as never)
    expect(acme.map(({ ok }) => ok)).toEqual([true, false, true])
    expect(engine.sent).toHaveLength(4)
  })

  test.each([undefined, null, {}, 5, 'work.ignored'])('what is no list (%j) is refused as a whole', async (items) => {
    for (const send of ['sendJobs', 'of a tenant'] as const) {
      await expectRefused(
        (client) =>
          send === 'sendJobs' ? client.sendJobs(items as never) : client.forTenant(tenantId).sendJobs(items as never),
        { error: InvalidOptionError, code: 'invalid_option', says: ['`items`', 'Give a list'] },
      )
    }
  })

  test('none at all is none', async () => {
    const engine = createTestEngine({ jobs: [] })
    expect(await engine.client.sendJobs([])).toEqual([])
  })
})

describe('a setting of the engine that cannot be', () => {
  const cases: [string, object, option: string][] = [
    ['no concurrency', { concurrency: 0 }, 'concurrency'],
    ['a broken concurrency', { concurrency: 1.5 }, 'concurrency'],
    ['a concurrency in words', { concurrency: '5' }, 'concurrency'],
    ['a negative number of kept jobs', { retention: { count: -1 } }, 'retention.count'],
    ['a malformed age', { retention: { age: 'long' } }, 'retention.age'],
  ]

  test.each(cases)('%s is told where it is written', (_name, config, option) => {
    const jobs: Definition[] = []
    expect(() => createTestEngine({ jobs, config })).toThrow(
      expect.objectContaining({ code: 'invalid_option', option }),
    )
  })
})
