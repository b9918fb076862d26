import { expect, test } from 'vitest'

import { maxGotEvents, ReceivedEvents, wasGot } from './got-events.ts'

const event = (sentAt: number) => ({ id: `job_${sentAt}`, sentAt })

test('a run that begins again knows the last events of each name, and takes older ones as got', () => {
  const first = new ReceivedEvents()
  expect(first.all).toBe(undefined)
  first.add('paid', event(3))
  const received = new ReceivedEvents(first.all)
  for (let sentAt = 100; sentAt < 100 + maxGotEvents; sentAt++) received.add('paid', event(sentAt))
  received.add('sent', event(2))
  const { paid, sent } = received.all!
  expect([paid!.length, paid![0], sent]).toEqual([maxGotEvents, event(100), [event(2)]])
  expect([3, 100, 119, 120].map((sentAt) => wasGot(paid, event(sentAt)))).toEqual([true, true, true, false])
  expect([wasGot(paid, { id: 'late', sentAt: 110 }), wasGot(sent, event(1)), wasGot(undefined, event(2))]).toEqual([
    false,
    false,
    false,
  ])
})
