import { RequestFailedError } from '@cgk-platform/jobs-core/errors'
import { inTurn } from '@cgk-platform/test-kit/replies'
import { afterEach, describe, expect, test, vi } from 'vitest'

import { fakeRun } from '../../test/kit/fake-run.ts'
import { createFakeServer, testKey } from '../../test/kit/fake-server.ts'

const key = 'a'.repeat(64)

afterEach(() => vi.unstubAllGlobals())

async function errorOf(work: Promise<unknown>): Promise<RequestFailedError> {
  const error = await work.catch((thrown: unknown) => thrown)
  if (RequestFailedError.isInstance(error)) return error
  throw new Error('The request did not fail.', { cause: error })
}

describe('a read', () => {
  test('returns a run, or `undefined` if Trigger.dev has none', async () => {
    const { api, clock, requests } = await createFakeServer(
      inTurn({ body: fakeRun({ id: 'run_1' }) }, { status: 404, body: { error: 'Not found' } }),
    )
    const run = await clock.finish(api.retrieve('read the run run_1', 'run_1'))
    expect(run).toMatchObject({ id: 'run_1', status: 'EXECUTING', createdAt: new Date('2026-03-01T12:00:00Z') })
    expect(await clock.finish(api.retrieve('read the run run_2', 'run_2'))).toBeUndefined()
    expect(requests.map(({ url }) => url.pathname)).toEqual(['/api/v3/runs/run_1', '/api/v3/runs/run_2'])
  })

  test('reports a wrong address if another server responds with 404', async () => {
    const { api, clock } = await createFakeServer(() => ({ status: 404, body: '<html>not here</html>' }))
    const error = await errorOf(clock.finish(api.retrieve('read the run run_1', 'run_1')))
    expect(error.message).toBe(
      'Failed to read the run run_1 on `trigger.dev`: the server responded with 404. Check the address (`apiUrl` or `TRIGGER_API_URL`).',
    )
  })

  test('lists runs of any age, and returns the next cursor', async () => {
    const { relatedRuns: _, ...listed } = fakeRun({ id: 'run_1' })
    const item = { ...listed, env: { id: 'env', name: 'dev' } }
    const { api, clock, requests } = await createFakeServer(() => ({
      body: { data: [item], pagination: { next: 'further' } },
    }))
    const query = {
      tag: 'jobs:acme',
      taskIdentifier: 'event-work',
      status: ['QUEUED', 'DELAYED'],
      limit: 3,
      after: 'here',
    } as const
    const queues = [
      { type: 'task', name: 'event-work' },
      { type: 'custom', name: 'job-ship' },
    ] as const
    const page = await clock.finish(api.list('list the jobs', { ...query, queues, to: new Date(7) }))
    expect(page).toMatchObject({ runs: [{ id: 'run_1' }], next: 'further' })
    expect(Object.fromEntries(requests[0]!.url.searchParams)).toEqual({
      'filter[tag]': 'jobs:acme',
      'filter[taskIdentifier]': 'event-work',
      'filter[status]': 'QUEUED,DELAYED',
      'filter[queue]': 'task/event-work,job-ship',
      'filter[createdAt][from]': '1',
      'filter[createdAt][to]': '7',
      'page[size]': '3',
      'page[after]': 'here',
    })
  })

  test('returns a queue, or `undefined` if there is none', async () => {
    const queue = {
      id: 'queue_1',
      name: 'job-ship',
      type: 'custom',
      running: 0,
      queued: 0,
      paused: true,
      concurrencyLimit: 1,
    }
    const { api, clock, requests } = await createFakeServer(
      inTurn({ body: queue }, { status: 404, body: { error: 'queue-not-found' } }),
    )
    expect(await clock.finish(api.queue('custom', 'job-ship'))).toMatchObject({ name: 'job-ship', paused: true })
    expect(await clock.finish(api.queue('task', 'event-work'))).toBeUndefined()
    expect(requests.map(({ url }) => url.pathname + url.search)).toEqual([
      '/api/v1/queues/job-ship?type=custom',
      '/api/v1/queues/event-work?type=task',
    ])
  })
})

test('a page of the list of queues has 100 of them', async () => {
  const queue = { id: 'queue_1', name: 'job-ship', type: 'custom', running: 0, queued: 0, paused: true }
  const { api, clock, requests } = await createFakeServer(() => ({
    body: {
      data: [{ ...queue, concurrencyLimit: 1 }],
      pagination: { currentPage: 2, totalPages: 3, count: 201 },
    },
  }))
  const page = await clock.finish(api.listQueues(2))
  expect(page).toMatchObject({ queues: [{ name: 'job-ship', paused: true }], count: 201, totalPages: 3 })
  expect(requests.map(({ url }) => url.pathname + url.search)).toEqual(['/api/v1/queues?perPage=100&page=2'])
})

describe('a change', () => {
  test('returns nothing on success', async () => {
    const { api, clock, requests } = await createFakeServer(() => ({ body: { id: 'run_1', message: 'done' } }))
    await clock.finish(api.cancel('run_1'))
    await clock.finish(api.addTags('run_1', ['a', 'b']))
    await clock.finish(api.resetKey('event-work', key))
    expect(requests.map(({ method, url, body }) => [method, url.pathname, body])).toEqual([
      ['POST', '/api/v2/runs/run_1/cancel', undefined],
      ['POST', '/api/v1/runs/run_1/tags', { tags: ['a', 'b'] }],
      ['POST', `/api/v1/idempotencyKeys/${key}/reset`, { taskIdentifier: 'event-work' }],
    ])
    for (const { headers } of requests) expect(headers.get('authorization')).toBe(`Bearer ${testKey}`)
  })

  test('ignores a 404, except for tags, which would be lost', async () => {
    const { api, clock } = await createFakeServer(() => ({ status: 404, body: { error: 'Run not found' } }))
    await clock.finish(api.cancel('run_1'))
    await clock.finish(api.resetKey('event-work', key))
    expect((await errorOf(clock.finish(api.addTags('run_1', ['a'])))).status).toBe(404)
  })

  test('that is rejected throws with Trigger.dev’s message', async () => {
    const { api, clock } = await createFakeServer(() => ({ status: 403, body: { error: 'Not yours' } }))
    for (const change of [() => api.addTags('run_1', ['a']), () => api.cancel('run_1')]) {
      const { message } = await errorOf(clock.finish(change()))
      expect(message).toContain(
        'the server responded with 403 (Not yours). Check the key (`apiKey` or `TRIGGER_SECRET_KEY`)',
      )
      expect(message).not.toContain(testKey)
    }
  })
})
