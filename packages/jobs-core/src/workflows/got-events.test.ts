import { expect, test } from 'vitest'

import { maxGotSignals, ReceivedEvents, wasGot } from './got-events.ts'

const event = (sentAt: number) => ({ id: `job_${sentAt}`, sentAt })

test('a run that begins again knows the events that it got and that can still count', () => {
  const first = new ReceivedEvents()
  first.add('paid', event(3))
  expect(first.toRemember(4)).toBe(undefined)
  const received = new ReceivedEvents(first.toRemember(0))
  for (let sentAt = 100; sentAt < 200; sentAt++) received.add('paid', event(sentAt))
  const got = received.toRemember(50)
  expect(got!['paid']).toHaveLength(100)
  expect([100, 199, 60].map((sentAt) => wasGot(got, 'paid', event(sentAt)))).toEqual([true, true, false])
  expect([wasGot(got, 'sent', event(100)), wasGot(undefined, 'paid', event(100))]).toEqual([false, false])
})

test('of many signals, a run knows the last ones, and takes older ones as got: it takes them in order', () => {
  const name = 'signal/approval'
  const received = new ReceivedEvents()
  for (let sentAt = 100; sentAt <= 100 + maxGotSignals; sentAt++) received.add(name, event(sentAt))
  const got = received.toRemember(1000)
  expect(got![name]).toHaveLength(maxGotSignals)
  expect([100, 101, 120, 121].map((sentAt) => wasGot(got, name, event(sentAt)))).toEqual([true, true, true, false])
  expect(wasGot(got, name, { id: 'late', sentAt: 110 })).toBe(false)
})
