import { expect, test } from 'vitest'

import { createFakeApi, type FakeResponses } from '../../test/kit/fake-api.ts'
import type { EngineQueue } from '../api/engine-shapes.ts'
import { readQueues } from './read-queues.ts'

const queue = (name: string): EngineQueue => ({ type: 'task', name, paused: false, queued: 0, running: 0 })
const queues = (...names: string[]): EngineQueue[] => names.map(queue)

async function read(wanted: readonly string[], responses: FakeResponses) {
  const api = createFakeApi([], responses)
  const found = await readQueues(queues(...wanted), api)
  return { names: [...found.values()].map(({ name }) => name), requests: api.requests }
}

/** Responds with these pages. */
const pages =
  (...list: string[][]): Required<FakeResponses>['listQueues'] =>
  (page) => ({ queues: queues(...list[page - 1]!), count: list.flat().length, totalPages: list.length })

test('reads all pages if queues are missing, in order', async () => {
  const listQueues = pages(['a', 'b'], ['c', 'd'], ['e'])
  const { names, requests } = await read(['a', 'c', 'e', 'gone'], { listQueues })
  expect(names).toEqual(['a', 'b', 'c', 'd', 'e'])
  expect(requests).toEqual(['queues 1', 'queues 2', 'queues 3'])
})

test('stops when it has all queues', async () => {
  const listQueues = pages(['a', 'b'], ['c', 'd'], ['e'])
  expect((await read(['a', 'c', 'd'], { listQueues })).requests).toEqual(['queues 1', 'queues 2'])
  expect((await read([], { listQueues })).requests).toEqual(['queues 1'])
})

test('reads queues one by one if this takes fewer requests', async () => {
  const listQueues = pages(['a'], ['b'], ['c'], ['d'], ['e'])
  const { names, requests } = await read(['a', 'd', 'e'], { listQueues, queue: (_, name) => queue(name) })
  expect(names).toEqual(['a', 'd', 'e'])
  expect(requests).toEqual(['queues 1', 'queue task d', 'queue task e'])
})

test('finds a queue that changed places between two pages', async () => {
  const listQueues = pages(['a', 'b'], ['b', 'd'])
  const { names, requests } = await read(['b', 'c', 'd'], { listQueues, queue: (_, name) => queue(name) })
  expect(names).toEqual(['a', 'b', 'd', 'c'])
  expect(requests).toEqual(['queues 1', 'queues 2', 'queue task c'])
})
