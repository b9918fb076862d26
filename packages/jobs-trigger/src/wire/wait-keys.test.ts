import type { EventMatch } from '@cgk-platform/jobs-core/hosted'
import { describe, expect, test } from 'vitest'

import {
  awaitTagsOf,
  awaitTagsFor,
  eventWaitKey,
  fitsAll,
  decodeTokenEvent,
  readEventWaitKey,
  senderRunId,
  encodeTokenEvent,
  wakeTagOf,
} from './wait-keys.ts'

describe('the tags of waits', () => {
  test('include exactly the waits that an event ends', async () => {
    const event = await awaitTagsFor('order.placed', 'acme', { number: 1, text: '1', none: null, deep: { number: 2 } })
    const fits = async (match?: EventMatch) =>
      fitsAll([...(await awaitTagsOf('order.placed', 'acme', match)), 'of:run_a'], new Set(event))
    for (const match of [undefined, { number: 1 }, { none: null }, { number: 1, text: '1', none: null }])
      expect(await fits(match)).toBe(true)
    for (const match of [{ number: '1' }, { text: 1 }, { number: 1, text: '2' }, { absent: null }])
      expect(await fits(match)).toBe(false)
    expect(fitsAll(['of:run_a'], new Set(event))).toBe(false)
    expect(event).toHaveLength(4)
  })

  test.each([
    ['another tenant', ['order.placed', 'globex']],
    ['another event', ['order.paid', 'acme']],
    ['the same characters split differently', ['order.place', 'dacme']],
  ] as const)('differ for %s', async (_, [event, tenantId]) => {
    expect(await awaitTagsOf(event, tenantId)).not.toEqual(await awaitTagsOf('order.placed', 'acme'))
  })

  test('are short and have no comma', async () => {
    const [tag] = await awaitTagsOf('order.placed', 'a,'.repeat(200), { 'x,y': 'é'.repeat(500) })
    expect(tag).toMatch(/^await:[0-9a-f]{64}$/)
    expect(wakeTagOf('run_abc')).toBe('wake:run_abc')
  })
})

test('reads the run, start and end of a wait from its key, even if the step id has slashes', () => {
  const key = eventWaitKey({ runId: 'run_abc', startedAt: 5, until: 9 }, 'a/b')
  expect(readEventWaitKey(key)).toEqual({ runId: 'run_abc', startedAt: 5, until: 9 })
  const past = { runId: 'run_abc', startedAt: 5, until: 9, since: 3 }
  expect(readEventWaitKey(eventWaitKey(past, '7/8'))).toEqual(past)
  for (const other of [undefined, '', 'run_abc', 'run_abc/wake/5/x', 'mine/5/x']) {
    expect(readEventWaitKey(other)).toBeUndefined()
  }
})

test('reads the run that may wait for a job from the idempotency key of a step', () => {
  expect(senderRunId('run_abc/call')).toBe('run_abc')
  expect(senderRunId('order-1')).toBeUndefined()
  expect(senderRunId(undefined)).toBeUndefined()
})

test('restores an event from a token, with unusual keys and characters', () => {
  const payload = JSON.parse('{"__proto__":1,"text":"\\u0000é\\ud800"}')
  const event = { id: 'run_1', event: 'order.placed', payload, sentAt: 7 }
  expect(decodeTokenEvent(encodeTokenEvent(event))).toEqual(event)
  for (const other of [undefined, '', 'woken', '{}', 'null']) expect(decodeTokenEvent(other)).toBeUndefined()
})
