import { createHash } from 'node:crypto'

import * as fc from 'fast-check'
import { decodeTime, isValid } from 'ulid'
import { describe, expect, test } from 'vitest'

import { idAt, type IdSeed, isEventId, hashedSeed, seedOfId, timeOfId, toSeedHeader } from './event-id.ts'

const maxTimeMs = 2 ** 48 - 1
const timeMs = fc.integer({ min: 0, max: maxTimeMs })
const entropy = fc.uint8Array({ minLength: 10, maxLength: 10 })
const seed: fc.Arbitrary<IdSeed> = fc.record({ timeMs, entropy })
const id = fc
  .tuple(
    fc.constantFrom(...'01234567'),
    fc.string({ unit: fc.constantFrom(...'0123456789ABCDEFGHJKMNPQRSTVWXYZ'), minLength: 25, maxLength: 25 }),
  )
  .map(([first, rest]) => first + rest)

/** Returns the last ten bytes of an id as an integer. */
function entropyIn(text: string): bigint {
  return [...text.slice(10)].reduce(
    (sum, one) => sum * 32n + BigInt('0123456789ABCDEFGHJKMNPQRSTVWXYZ'.indexOf(one)),
    0n,
  )
}

function toInteger(bytes: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(bytes).toString('hex')}`)
}

describe('the header', () => {
  test("has time and entropy as in the server's own example", () => {
    const bytes = new Uint8Array(Buffer.from('eii2YKXRVTJPuA==', 'base64'))
    expect(toSeedHeader({ timeMs: 1_743_130_137_367, entropy: bytes })).toEqual({
      'x-inngest-event-id-seed': '1743130137367,eii2YKXRVTJPuA==',
    })
  })
})

describe('the id of an event', () => {
  test('is a ULID of the time, with its position from 1 added to the entropy', () => {
    const bytes = new Uint8Array(Buffer.from('eii2YKXRVTJPuA==', 'base64'))
    const one = { timeMs: 1_743_130_137_367, entropy: bytes }
    expect([0, 1, 4999].map((index) => idAt(one, index))).toEqual([
      '01JQDAE4RQF8MBCR55T5AK4KXS',
      '01JQDAE4RQF8MBCR55T5AK4KXT',
      '01JQDAE4RQF8MBCR55T5AK4RT0',
    ])
  })

  test('is valid and contains its time', () => {
    fc.assert(
      fc.property(seed, fc.nat(4999), (one, index) => {
        const made = idAt(one, index)
        expect(isValid(made)).toBe(true)
        expect(isEventId(made)).toBe(true)
        expect(decodeTime(made)).toBe(one.timeMs)
        expect(timeOfId(made)).toBe(one.timeMs)
      }),
    )
  })

  test('adds the position to the last four bytes only, which wrap around to 0', () => {
    fc.assert(
      fc.property(seed, fc.nat(4999), (one, index) => {
        const upper = toInteger(one.entropy.slice(0, 6))
        const lower = (toInteger(one.entropy.slice(6)) + BigInt(index) + 1n) % 2n ** 32n
        expect(entropyIn(idAt(one, index))).toBe(upper * 2n ** 32n + lower)
      }),
    )
  })

  test('has no carry for the maximum entropy', () => {
    const greatest = { timeMs: 0, entropy: new Uint8Array(10).fill(255) }
    expect(idAt(greatest, 0)).toBe('0000000000ZZZZZZZZZW000000')
    expect(idAt(greatest, 1)).toBe('0000000000ZZZZZZZZZW000001')
  })
})

describe('the seed of an id', () => {
  test('gives the only event this id', () => {
    fc.assert(
      fc.property(id, (one) => {
        expect(idAt(seedOfId(one), 0)).toBe(one)
      }),
    )
  })

  test('has no borrow if the last four bytes are 0', () => {
    expect(seedOfId('00000000000000000000000000')).toEqual({
      timeMs: 0,
      entropy: Uint8Array.from([0, 0, 0, 0, 0, 0, 255, 255, 255, 255]),
    })
  })
})

describe('a seed from strings', () => {
  test('is the beginning of their hash', async () => {
    const parts = ['acme', 'order.created', 'key ☃']
    const digest = createHash('sha256').update(JSON.stringify(parts)).digest()
    expect(await hashedSeed(parts, 77)).toEqual({ timeMs: 77, entropy: new Uint8Array(digest.subarray(0, 10)) })
  })
})

test('accepts only a ULID as Inngest writes it', () => {
  expect(isEventId('01JQDAE4RQF8MBCR55T5AK4KXS')).toBe(true)
  for (const odd of [
    '',
    '01JQDAE4RQF8MBCR55T5AK4KX',
    '01JQDAE4RQF8MBCR55T5AK4KXSS',
    '01jqdae4rqf8mbcr55t5ak4kxs',
    '81JQDAE4RQF8MBCR55T5AK4KXS', // over 48 bits of time
    '01JQDAE4RQF8MBCR55T5AK4KXI',
    '01JQDAE4RQF8MBCR55T5AK4KXL',
    '01JQDAE4RQF8MBCR55T5AK4KXO',
    '01JQDAE4RQF8MBCR55T5AK4KXU',
    '01JQDAE4RQF8MBCR55T5AK4KXS\n',
    ' 01JQDAE4RQF8MBCR55T5AK4KXS',
    '../01JQDAE4RQF8MBCR55T5AK4KXS',
  ]) {
    expect(isEventId(odd)).toBe(false)
    expect(timeOfId(odd)).toBeUndefined()
  }
})
