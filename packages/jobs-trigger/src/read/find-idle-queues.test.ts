import { RequestFailedError } from '@cgk-platform/jobs-core/errors'
import { describe, expect, test } from 'vitest'

import { createFakeApi, type FakeResponses } from '../../test/kit/fake-api.ts'
import { createFakeClock } from '../../test/kit/fake-clock.ts'
import { fakeRun } from '../../test/kit/fake-run.ts'
import type { EngineQueue, EngineRun } from '../api/engine-shapes.ts'
import { findIdleQueues } from './find-idle-queues.ts'

const stuck: EngineQueue = { type: 'task', name: 'event-work__asked', paused: false, queued: 1, running: 0 }

async function find(queue: EngineQueue, later: EngineQueue | undefined, list: FakeResponses['list']) {
  const clock = createFakeClock()
  const api = createFakeApi([], { queue: () => later, ...(list && { list }) })
  const found = await clock.finish(findIdleQueues([queue], api, clock))
  return { found, requests: api.requests, delays: clock.delays }
}

const waiting =
  (...runs: Partial<EngineRun>[]): FakeResponses['list'] =>
  () => ({ runs: runs.map((run) => fakeRun({ status: 'QUEUED', taskIdentifier: stuck.name, ...run })) })
const retryAt = (at: number) => ({
  metadata: { job: { definition: 'ship', attempt: 1, maxAttempts: 3, startedAt: 1, retryAt: at } },
})

test('reports a queue that has waiting and no running runs, now and a second later', async () => {
  const { found, requests, delays } = await find(stuck, stuck, waiting({}))
  expect(found).toEqual([stuck])
  expect(delays).toEqual([1000])
  expect(requests).toEqual([
    'queues 1',
    'queue task event-work__asked',
    'list {"queues":[{"type":"task","name":"event-work__asked"}],"status":"QUEUED","limit":100}',
  ])
})

test.each<[string, Partial<EngineQueue>]>([
  ['without waiting runs', { queued: 0 }],
  ['with a running run', { running: 1 }],
  ['that is paused, which another check reports', { paused: true }],
])('ignores a queue %s, without a request', async (_, more) => {
  const { found, requests, delays } = await find({ ...stuck, ...more }, stuck, waiting({}))
  expect([found, requests, delays]).toEqual([[], [], []])
})

test('ignores a queue that is active or missing a second later', async () => {
  expect((await find(stuck, { ...stuck, running: 1 }, waiting({}))).found).toEqual([])
  expect((await find(stuck, { ...stuck, queued: 0 }, waiting({}))).found).toEqual([])
  expect((await find(stuck, undefined, waiting({}))).found).toEqual([])
})

test('reads the waiting runs of up to 40 queues in one request', async () => {
  const queues = Array.from({ length: 81 }, (_, index) => ({ ...stuck, name: `job-${index}` }))
  const due = (name: string): EngineRun => fakeRun({ status: 'QUEUED', taskIdentifier: name })
  const clock = createFakeClock()
  const api = createFakeApi([], {
    listQueues: () => ({ queues, count: 81, totalPages: 1 }),
    list: ({ queues: listed = [] }) => ({ runs: listed.map(({ name }) => due(name)) }),
  })
  expect(await clock.finish(findIdleQueues(queues, api, clock))).toEqual(queues)
  expect(api.requests.map((request) => request.split(' ')[0])).toEqual(['queues', 'list', 'list', 'list'])
})

test('reads one by one the queues whose runs are hidden by many newer runs of another queue', async () => {
  const [busy, hidden] = [stuck, { ...stuck, name: 'job-hidden' }]
  const clock = createFakeClock()
  const api = createFakeApi([], {
    queue: (_, name) => (name === busy.name ? busy : hidden),
    list: ({ queues = [] }) => {
      const name = queues[0]!.name
      return { runs: [fakeRun({ status: 'QUEUED', taskIdentifier: name })], next: 'further' }
    },
  })
  expect(await clock.finish(findIdleQueues([busy, hidden], api, clock))).toEqual([busy, hidden])
})

describe('a run that is not due', () => {
  const now = createFakeClock().now()

  test('because of its retry delay does not make a queue idle', async () => {
    expect((await find(stuck, stuck, waiting(retryAt(now + 60_000)))).found).toEqual([])
    expect((await find(stuck, stuck, waiting(retryAt(now + 60_000), {}))).found).toEqual([stuck])
    expect((await find(stuck, stuck, waiting(retryAt(now)))).found).toEqual([stuck])
  })

  test('because it is a tick in its first minute does not make a queue idle', async () => {
    const ticks: EngineQueue = { ...stuck, type: 'custom', name: 'tick-daily' }
    const tick = (ageMs: number) => waiting({ taskIdentifier: 'tick-daily', createdAt: new Date(now - ageMs) })
    expect((await find(ticks, ticks, tick(30_000))).found).toEqual([])
    expect((await find(ticks, ticks, tick(60_000))).found).toEqual([ticks])
  })

  test('counts as due if the server has no index of runs', async () => {
    const list = () => {
      throw new RequestFailedError({ provider: 'trigger.dev', operation: 'list the runs', problem: 'no' })
    }
    expect((await find(stuck, stuck, list)).found).toEqual([stuck])
  })
})
