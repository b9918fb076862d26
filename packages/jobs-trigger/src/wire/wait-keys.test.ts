import { describe, expect, test } from 'vitest'

import {
  awaitTagOf,
  awaitTagsFor,
  eventWaitKey,
  decodeTokenEvent,
  readEventWaitKey,
  senderRunId,
  encodeTokenEvent,
  wakeTagOf,
} from './wait-keys.ts'

describe('the tags of waits', () => {
  test('include exactly the waits that an event ends', async () => {
    const tags = await awaitTagsFor('order.placed', 'acme', { number: 1, text: '1', none: null, deep: { number: 2 } })
    const wait = (field: string, value: string | number | boolean | null) =>
      awaitTagOf('order.placed', 'acme', { field, value })
    expect(tags).toContain(await awaitTagOf('order.placed', 'acme'))
    expect(tags).toContain(await wait('number', 1))
    expect(tags).toContain(await wait('none', null))
    expect(tags).not.toContain(await wait('number', '1'))
    expect(tags).not.toContain(await wait('text', 1))
    expect(tags).toHaveLength(4)
  })

  test.each([
    ['another tenant', ['order.placed', 'globex']],
    ['another event', ['order.paid', 'acme']],
    ['the same characters split differently', ['order.place', 'dacme']],
  ] as const)('differ for %s', async (_, [event, tenantId]) => {
    expect(await awaitTagOf(event, tenantId)).not.toBe(await awaitTagOf('order.placed', 'acme'))
  })

  test('are short and have no comma', async () => {
    const tag = await awaitTagOf('order.placed', 'a,'.repeat(200), { field: 'x,y', value: 'é'.repeat(500) })
    expect(tag).toMatch(/^await:[0-9a-f]{64}$/)
    expect(wakeTagOf('run_abc')).toBe('wake:run_abc')
  })
})

test('reads the run, start and end of a wait from its key, even if the step id has slashes', () => {
  const key = eventWaitKey({ runId: 'run_abc', startedAt: 5, until: 9 }, 'a/b')
  expect(readEventWaitKey(key)).toEqual({ runId: 'run_abc', startedAt: 5, until: 9 })
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
