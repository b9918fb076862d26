import { RequestFailedError } from '@cgk-platform/jobs-core/errors'
import { expect, test } from 'vitest'

import { createFakeApi, type FakeResponses } from '../../test/kit/fake-api.ts'
import { createFakeClock } from '../../test/kit/fake-clock.ts'
import type { RunContext } from './run-context.ts'
import { waitWhilePaused } from './wait-while-paused.ts'

const minute = 60_000

/** Waits until the queue is resumed after a time, and returns the requests, the duration and the waits. */
async function waitIn(
  name: string,
  queue: FakeResponses['queue'],
  { cancelledAfterMs = Infinity, isRejected = false } = {},
) {
  const clock = createFakeClock()
  const api = createFakeApi([], queue && { queue })
  const start = clock.now()
  const controller = new AbortController()
  const waitsMs: number[] = []
  const until = async (date: Date): Promise<void> => {
    const ms = date.getTime() - clock.now()
    waitsMs.push(ms)
    if (clock.now() + ms - start > cancelledAfterMs) controller.abort()
    if (isRejected) throw new Error('The server does not respond')
    await new Promise<void>((resolve) => void clock.setTimer(ms, resolve))
  }
  const context = { ctx: { queue: { name } }, signal: controller.signal } as unknown as RunContext
  await clock.finish(waitWhilePaused(context, { api, clock }, { until }))
  return { requests: api.requests, durationMs: clock.now() - start, waitsMs }
}

const shown = { queued: 0, running: 1 }

test('a run whose queue is not paused continues after one request', async () => {
  const { requests, waitsMs } = await waitIn('job-work', (type, name) => ({ type, name, paused: false, ...shown }))
  expect([requests, waitsMs]).toEqual([['queue custom job-work'], []])
})

test('a run in the default queue of its task asks for that queue', async () => {
  const { requests } = await waitIn('task/event-work__asked', () => undefined)
  expect(requests).toEqual(['queue task event-work__asked'])
})

test('a run whose queue is paused asks again, at growing intervals of ten seconds to two minutes', async () => {
  let asked = 0
  const { waitsMs } = await waitIn('job-work', (type, name) => ({ type, name, paused: ++asked < 20, ...shown }))
  expect(waitsMs).toHaveLength(19)
  expect([waitsMs[0], waitsMs.at(-1)]).toEqual([10_000, 2 * minute])
  expect(waitsMs).toEqual(waitsMs.toSorted((one, other) => one - other))
})

test('a run whose wait the SDK rejects waits for the same time in its process', async () => {
  let asked = 0
  const { waitsMs, durationMs } = await waitIn(
    'job-work',
    (type, name) => ({ type, name, paused: ++asked < 3, ...shown }),
    { isRejected: true },
  )
  expect([waitsMs, durationMs]).toEqual([[10_000, 10_000], 20_000])
})

test('a run continues if its queue cannot be read', async () => {
  const { waitsMs } = await waitIn('job-work', () => {
    throw new RequestFailedError({ provider: 'trigger.dev', operation: 'read the queue', problem: 'no' })
  })
  expect(waitsMs).toEqual([])
})

test('a run that is cancelled stops waiting', async () => {
  const paused: FakeResponses['queue'] = (type, name) => ({ type, name, paused: true, ...shown })
  const { waitsMs, durationMs } = await waitIn('job-work', paused, { cancelledAfterMs: 15_000 })
  expect([waitsMs, durationMs]).toEqual([[10_000, 10_000], 10_000])
})
