import type { EventMatch } from '@cgk-platform/jobs-core/hosted'
import { expect, test } from 'vitest'

import { mayMatch, readSentRecord, sentMetadata } from './sent-record.ts'

const recordOf = (payload: object) =>
  readSentRecord(sentMetadata({ tenantId: 'acme', sentAt: 1, payload: { tenantId: 'acme', ...payload } as never }))!

test.each<[words: string, match: EventMatch | undefined, may: boolean]>([
  ['no match', undefined, true],
  ['all of its values', { orderId: 'o-1', count: 2, paid: false, note: null, "it's": 'é\ud800' }, true],
  ['its tenant', { tenantId: 'acme' }, true],
  ['another value', { orderId: 'o-2' }, false],
  ['a value of another type', { count: '2' }, false],
  ['another field', { other: 'o-1' }, false],
  ['one value of two', { orderId: 'o-1', count: 3 }, false],
])('tells without the payload whether an event may match: %s', (_words, match, may) => {
  const sent = recordOf({ orderId: 'o-1', count: 2, paid: false, note: null, "it's": 'é\ud800', items: [1], more: {} })
  expect(mayMatch(sent, match)).toBe(may)
})

test('an event with many values, or of another producer, may always match', () => {
  const many = Object.fromEntries(Array.from({ length: 21 }, (_, index) => [`field${index}`, index]))
  expect(recordOf(many)).toEqual({ tenantId: 'acme', at: 1 })
  expect(mayMatch(recordOf(many), { orderId: 'o-1' })).toBe(true)
  expect(recordOf({ ...many, field20: [] }).values).toHaveLength(160)
})
