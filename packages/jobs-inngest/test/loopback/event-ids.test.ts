import { decodeTime } from 'ulid'
import { expect, it } from 'vitest'
import { createUlid, isUlid, parseEventIdSeed, seededEventId } from './event-ids.ts'

it('derives from a seed the ids that the real server was seen to give', () => {
  const seed = parseEventIdSeed(`1700000000000,${Buffer.alloc(10, 7).toString('base64')}`)!
  expect([0, 1].map((index) => seededEventId(seed, index))).toEqual([
    '01HF7YAT000W3GE1R70W3GE1R8',
    '01HF7YAT000W3GE1R70W3GE1R9',
  ])
})

it('adds the index on the last four bytes alone', () => {
  const seed = parseEventIdSeed(`1,${Buffer.alloc(10, 255).toString('base64')}`)!
  expect(seededEventId(seed, 0)).toBe('0000000001ZZZZZZZZZW000000')
})

it.each(['', 'x', '1', '0,AAAAAAAAAAAAAA==', '-1,AAAAAAAAAAAAAA==', '1,AAAA', '1,???', '1,AAAAAAAAAAAAAA==,2'])(
  'takes %j for no seed',
  (header) => expect(parseEventIdSeed(header)).toBeUndefined(),
)

it('makes ids of the millisecond', () => {
  const id = createUlid(1_700_000_000_123)
  expect([isUlid(id), decodeTime(id)]).toEqual([true, 1_700_000_000_123])
  expect(isUlid('8'.padEnd(26, '0'))).toBe(false)
})
