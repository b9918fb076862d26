import { RequestFailedError } from '@cgk-platform/jobs-core'
import { describe, expect, test } from 'vitest'

import { createFakeApi, type FakeAnswers } from '../../test/kit/fake-api.ts'
import { createFakeClock } from '../../test/kit/fake-clock.ts'
import { fakeRun } from '../../test/kit/fake-run.ts'
import type { EngineQueue, EngineRun } from '../api/engine-shapes.ts'
import { findIdleQueues } from './find-idle-queues.ts'

const stuck: EngineQueue = { type: 'task', name: 'event-work__asked', paused: false, queued: 1, running: 0 }

async function find(queue: EngineQueue, then: EngineQueue | undefined, list: FakeAnswers['list']) {
  const clock = createFakeClock()
  const api = createFakeApi([], { queue: () => then, ...(list && { list }) })
  const found = await clock.finish(findIdleQueues([queue], api, clock))
  return { found, asked: api.asked, delays: clock.delays }
}

const waiting =
  (...runs: Partial<EngineRun>[]): FakeAnswers['list'] =>
  () => ({ runs: runs.map((run) => fakeRun({ status: 'QUEUED', ...run })) })
const retryAt = (at: number) => ({
  metadata: { job: { definition: 'ship', attempt: 1, maxAttempts: 3, startedAt: 1, retryAt: at } },
})

test('a queue whose runs wait, and none runs, is idle where it is so a second later, too', async () => {
  const { found, asked, delays } = await find(stuck, stuck, waiting({}))
  expect(found).toEqual([stuck])
  expect(delays).toEqual([1000])
  expect(asked).toEqual([
    'queue task event-work__asked',
    'list {"queue":{"type":"task","name":"event-work__asked"},"status":"QUEUED","limit":100}',
  ])
})

test.each<[string, Partial<EngineQueue>]>([
  ['in which nothing waits', { queued: 0 }],
  ['of which something runs', { running: 1 }],
  ['that is paused, which is told otherwise', { paused: true }],
])('a queue %s is not, and nothing is asked', async (_, more) => {
  const { found, asked, delays } = await find({ ...stuck, ...more }, stuck, waiting({}))
  expect([found, asked, delays]).toEqual([[], [], []])
})

test('a queue of which something runs meanwhile is not, nor is one that is gone', async () => {
  expect((await find(stuck, { ...stuck, running: 1 }, waiting({}))).found).toEqual([])
  expect((await find(stuck, { ...stuck, queued: 0 }, waiting({}))).found).toEqual([])
  expect((await find(stuck, undefined, waiting({}))).found).toEqual([])
})

describe('a run that waits for its time', () => {
  const now = createFakeClock().now()

  test('before its next attempt makes no queue idle', async () => {
    expect((await find(stuck, stuck, waiting(retryAt(now + 60_000)))).found).toEqual([])
    expect((await find(stuck, stuck, waiting(retryAt(now + 60_000), {}))).found).toEqual([stuck])
    expect((await find(stuck, stuck, waiting(retryAt(now)))).found).toEqual([stuck])
  })

  test('of a schedule makes none in its first minute', async () => {
    const tick = (ageMs: number) => waiting({ taskIdentifier: 'tick-daily', createdAt: new Date(now - ageMs) })
    expect((await find(stuck, stuck, tick(30_000))).found).toEqual([])
    expect((await find(stuck, stuck, tick(60_000))).found).toEqual([stuck])
  })

  test('cannot be told from others without an index of runs', async () => {
    const list = () => {
      throw new RequestFailedError({ provider: 'trigger.dev', operation: 'list the runs', problem: 'no' })
    }
    expect((await find(stuck, stuck, list)).found).toEqual([stuck])
  })
})
