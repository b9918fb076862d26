import { NotSerializableError, PayloadTooLargeError } from '@cgk-platform/jobs-core'
import { describe, expect, test } from 'vitest'

import { createTestEngine } from '../src/testing/index.ts'
import { expectRefused } from './kit/expect-refused.ts'

const tenantId = 'acme'
const cyclic: Record<string, unknown> = { name: 'cyclic' }
cyclic['self'] = { again: cyclic }

class Money {
  amount = 5
}

describe('a payload that would not arrive as it was sent', () => {
  const cases: [string, unknown, path: string, problem: string][] = [
    ['a BigInt', { total: 10n }, 'payload.data.total', 'a BigInt'],
    ['a function', { callback: () => undefined }, 'payload.data.callback', 'a function'],
    ['a symbol', { kind: Symbol('kind') }, 'payload.data.kind', 'a symbol'],
    ['a Map', new Map([['a', 1]]), 'payload.data', 'an instance of `Map`'],
    ['a Set', { tags: new Set() }, 'payload.data.tags', 'an instance of `Set`'],
    ['bytes', [new Uint8Array(2)], 'payload.data[0]', 'an instance of `Uint8Array`'],
    ['an Error', { error: new Error('x') }, 'payload.data.error', 'an instance of `Error`'],
    ['a promise', Promise.resolve(1), 'payload.data', 'an instance of `Promise`'],
    ['a cycle', cyclic, 'payload.data.self.again', 'a cycle'],
    ['a class instance', [{ price: new Money() }], 'payload.data[0].price', 'an instance of `Money`'],
    ['an invalid Date', { at: new Date('soon') }, 'payload.data.at', 'an invalid Date'],
    ['a Date that no schema turns back', { at: new Date(0) }, 'payload.data.at', 'a Date, which would arrive as text'],
    ['`undefined` in an array', [1, undefined, 3], 'payload.data[1]', '`undefined`'],
    ['a hole in an array', Object.assign([1], { length: 3 }), 'payload.data[1]', '`undefined`'],
    ['NaN', { ratio: 0 / 0 }, 'payload.data.ratio', '`NaN`'],
    ['Infinity', { ratio: 1 / 0 }, 'payload.data.ratio', '`Infinity`'],
    [
      'a `__proto__` key',
      JSON.parse('{ "__proto__": { "isAdmin": true } }'),
      'payload.data.__proto__',
      'a `__proto__` key',
    ],
    ['a symbol key', { [Symbol('secret')]: 1 }, 'payload.data', 'an object with symbol keys'],
    ['a key that needs quotes', { 'first name': 1n }, 'payload.data["first name"]', 'a BigInt'],
  ]

  test.each(cases)('%s', async (_name, data, path, problem) => {
    const error = await expectRefused((client) => client.sendJob('work.asked', { tenantId, data }), {
      error: NotSerializableError,
      code: 'not_serializable',
      says: [`\`${path}\` cannot travel as JSON: it is ${problem}.`],
    })
    expect((error as NotSerializableError).path).toBe(path)
    // What to do is a sentence of its own after that.
    expect(error.message.split('. ').at(-1)!.length).toBeGreaterThan(5)
  })

  test('nesting without end', async () => {
    let data: unknown = 'bottom'
    for (let level = 0; level < 200; level++) data = { data }
    await expectRefused((client) => client.sendJob('work.asked', { tenantId, data }), {
      error: NotSerializableError,
      code: 'not_serializable',
      says: ['levels deep', 'Send it flatter.'],
    })
  })

  test('a `__proto__` key changes nobody’s prototype on the way', async () => {
    const data = JSON.parse('{ "nested": { "__proto__": { "isAdmin": true } } }') as unknown
    await expectRefused((client) => client.sendJob('work.asked', { tenantId, data }), {
      error: NotSerializableError,
      code: 'not_serializable',
      says: ['`payload.data.nested.__proto__`'],
    })
    expect(({} as Record<string, unknown>)['isAdmin']).toBeUndefined()
  })

  test('what JSON carries arrives: `undefined` members left out, everything else as it was', async () => {
    const engine = createTestEngine({ jobs: [] })
    const data = {
      text: '\u0000\u2028😀',
      number: -0.1,
      list: [null, [], {}],
      gone: undefined,
      constructor: 'x',
      toString: 1,
    }
    await engine.client.sendJob('work.ignored', { tenantId, data })
    const { gone: _, ...kept } = data
    expect(engine.sent[0]?.payload).toStrictEqual({ tenantId, data: kept })
  })
})

describe('a payload over the size limit', () => {
  const limitBytes = 120 * 1024
  const envelope = JSON.stringify({ tenantId, data: '' }).length

  test('is refused, with both sizes', async () => {
    const error = await expectRefused(
      (client) => client.sendJob('work.asked', { tenantId, data: 'x'.repeat(limitBytes) }),
      {
        error: PayloadTooLargeError,
        code: 'payload_too_large',
        says: [
          `has ${limitBytes + envelope} bytes as JSON, the limit is ${limitBytes}.`,
          'Send an id and load the data in the job',
        ],
      },
    )
    expect(error).toMatchObject({ bytes: limitBytes + envelope, limitBytes })
  })

  test('counts bytes, not characters, and to the byte', async () => {
    const fits = '€'.repeat(Math.floor((limitBytes - envelope) / 3))
    const rest = 'x'.repeat(limitBytes - envelope - fits.length * 3)
    const engine = createTestEngine({ jobs: [] })
    await engine.client.sendJob('work.ignored', { tenantId, data: fits + rest })
    expect(engine.sent).toHaveLength(1)
    await expectRefused((client) => client.sendJob('work.asked', { tenantId, data: `${fits}${rest}x` }), {
      error: PayloadTooLargeError,
      code: 'payload_too_large',
      says: [`has ${limitBytes + 1} bytes`],
    })
  })

  test('can be raised where the engine allows', async () => {
    const engine = createTestEngine({ jobs: [], maxPayloadBytes: 1024 * 1024 })
    await engine.client.sendJob('work.ignored', { tenantId, data: 'x'.repeat(1_000_000) })
    expect(engine.sent).toHaveLength(1)
    await expect(
      engine.client.sendJob('work.ignored', { tenantId, data: 'x'.repeat(1_100_000) }),
    ).rejects.toMatchObject({
      code: 'payload_too_large',
      limitBytes: 1024 * 1024,
    })
  })
})
