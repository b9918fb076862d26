import { defineCronJob, type Definition, defineJob } from '@cgk-platform/jobs-core'
import { RequestFailedError } from '@cgk-platform/jobs-core/errors'
import { toJobRegistry } from '@cgk-platform/jobs-core/hosted'
import '@cgk-platform/test-kit/work'
import { describe, expect, test } from 'vitest'

import { createFakeApi, type FakeResponses } from '../test/kit/fake-api.ts'
import { createFakeClock } from '../test/kit/fake-clock.ts'
import { fakeRun } from '../test/kit/fake-run.ts'
import { checkHealth } from './health.ts'

const job = (id: string, more: object = {}): Definition =>
  defineJob({ id, event: 'work.asked', handler: () => undefined, ...more })
const empty = { paused: false, queued: 0, running: 0 }
const all: FakeResponses = { queue: (type, name) => ({ type, name, ...empty }), list: () => ({ runs: [] }) }

async function check(responses: FakeResponses, definitions?: Definition[]) {
  const api = createFakeApi([], responses)
  const clock = createFakeClock()
  const health = await clock.finish(checkHealth(api, definitions && toJobRegistry(definitions), clock))
  expect(health.provider).toBe('trigger.dev')
  expect(health.ok).toBe(health.checks.every(({ ok }) => ok))
  return {
    ...health,
    requests: api.requests,
    delays: clock.delays,
    rows: health.checks.map(({ name, ok, message }) => [name, ok, message]),
  }
}

function failing(status: number | undefined, cause?: Error): FakeResponses {
  const failed = { provider: 'trigger.dev', operation: 'list the queues', problem: 'no', status }
  return {
    listQueues() {
      throw new RequestFailedError(failed, { cause })
    },
  }
}

const reached = [
  ['engine', true, 'responds'],
  ['key', true, 'is accepted'],
]

describe('a healthy Trigger.dev', () => {
  test('responds, accepts the key, has the tasks and workers for them', async () => {
    const { ok, rows } = await check(all, [job('one'), job('two')])
    expect(rows).toEqual([
      ...reached,
      ['tasks', true, '3 tasks are registered'],
      ['workers', true, 'no job waits for a worker that has its task'],
    ])
    expect(ok).toBe(true)
  })

  test('may have no index of runs', async () => {
    const list = () => {
      throw new RequestFailedError({ provider: 'trigger.dev', operation: 'list the jobs', problem: 'no' })
    }
    const { ok, rows } = await check({ ...all, list }, [job('one')])
    expect([ok, rows.map(([name]) => name)]).toEqual([true, ['engine', 'key', 'tasks']])
  })

  test('is requested for the queues of each definition', async () => {
    const definitions = [
      job('plain'),
      job('limited', { concurrency: 3, event: 'work.followed' }),
      job('fair', { concurrency: { perTenant: 1 }, event: 'work.counted' }),
      defineCronJob({ id: 'daily', schedule: '0 9 * * *', handler: () => undefined }),
    ]
    const { requests } = await check(all, definitions)
    expect(requests.filter((one) => one.startsWith('queue '))).toEqual([
      'queue task event-work__asked',
      'queue custom job-plain',
      'queue task event-work__followed',
      'queue custom job-limited',
      'queue task event-work__counted',
      'queue custom job-fair',
      'queue task cron-daily',
      'queue custom job-daily',
      'queue custom tick-daily',
    ])
  })
})

describe('reports', () => {
  test('a definition that no worker has, although its event has a task', async () => {
    const { ok, rows } = await check(
      { ...all, queue: (type, name) => (name === 'job-forgotten' ? undefined : { type, name, ...empty }) },
      [job('one'), job('forgotten')],
    )
    expect([ok, rows[2]![2]]).toEqual([false, expect.stringContaining('not registered: `job-forgotten`.')])
  })

  test('a task that is not registered, or whose queue is paused although no definition is', async () => {
    const { ok, rows } = await check(
      {
        ...all,
        queue: (type, name) => (name === 'event-work__asked' ? { type, name, ...empty, paused: true } : undefined),
      },
      [job('one'), job('limited', { concurrency: 1 })],
    )
    expect(rows.at(-1)).toEqual([
      'tasks',
      false,
      'not registered: `job-one`, `job-limited`. Deploy the tasks, or start `trigger.dev dev`; ' +
        'paused: `event-work__asked`. Resume the queue in Trigger.dev',
    ])
    expect(ok).toBe(false)
  })

  test('definitions that are paused, which is no failure', async () => {
    const paused = ['event-work__asked', 'job-only', 'job-shared']
    const queue: FakeResponses['queue'] = (type, name) => ({ type, name, ...empty, paused: paused.includes(name) })
    const event = 'work.followed'
    const { ok, rows } = await check({ ...all, queue }, [job('only'), job('shared', { event }), job('on', { event })])
    expect(rows.slice(2)).toEqual([
      ['tasks', true, '5 tasks are registered'],
      ['paused', true, 'no run starts of `only`, `shared`; call `resumeJobs` when they may start'],
      ['workers', true, 'no job waits for a worker that has its task'],
    ])
    expect(ok).toBe(true)
  })

  test('a definition of which only one queue is paused, so some of its runs start', async () => {
    const queue: FakeResponses['queue'] = (type, name) => ({ type, name, ...empty, paused: name === 'job-only' })
    const { rows } = await check({ ...all, queue }, [job('only')])
    expect(rows.at(-1)).toEqual(['tasks', false, 'paused: `job-only`. Resume the queue in Trigger.dev'])
  })

  test('a task with waiting and no running runs', async () => {
    const waits: FakeResponses = {
      queue: (type, name) => ({ type, name, ...empty, queued: name.startsWith('event-') ? 2 : 0 }),
      list: ({ queues }) => ({ runs: queues ? [fakeRun({ taskIdentifier: 'event-work__asked' })] : [] }),
    }
    const { rows, delays } = await check(waits, [job('one'), job('two'), job('limited', { concurrency: 1 })])
    expect(rows.slice(2)).toEqual([
      ['tasks', true, '4 tasks are registered'],
      [
        'workers',
        false,
        'runs of `event-work__asked` are waiting, and none is running. Connect a worker that has the task',
      ],
    ])
    expect(delays).toEqual([1000])
  })

  test('a job that waits for a task that no worker has', async () => {
    const waiting = fakeRun({ id: 'run_7', taskIdentifier: 'event-work__asked', tags: ['jobs'] })
    const { rows } = await check({ ...all, list: () => ({ runs: [waiting] }) }, [job('one')])
    expect(rows.at(-1)).toEqual([
      'workers',
      false,
      'jobs such as run_7 wait for the task `event-work__asked`. Deploy the task',
    ])
  })

  test('a run of a job for a removed definition, but not runs of other tasks', async () => {
    const tags = ['tenant:acme', 'event:work.asked', 'job:run_1', 'definition:removed']
    const waiting = fakeRun({ id: 'run_7', taskIdentifier: 'job-removed', status: 'PENDING_VERSION', tags })
    const other = fakeRun({ id: 'run_6', taskIdentifier: 'theirs', status: 'PENDING_VERSION', tags: [] })
    const list = (...runs: ReturnType<typeof fakeRun>[]): FakeResponses => ({ ...all, list: () => ({ runs }) })
    const { rows } = await check(list(other, waiting), [job('one')])
    expect(rows.at(-1)).toEqual([
      'workers',
      false,
      'jobs such as run_1 wait for the task `job-removed`. Deploy the task',
    ])
    expect((await check(list(other), [job('one')])).ok).toBe(true)
  })

  test('a waiting job that many newer runs of other tasks hide', async () => {
    const other = fakeRun({ id: 'run_6', taskIdentifier: 'theirs', status: 'PENDING_VERSION', tags: [] })
    const waiting = fakeRun({ id: 'run_7', taskIdentifier: 'event-work__asked', tags: ['jobs'] })
    const list: FakeResponses['list'] = ({ tag }) =>
      tag === 'jobs' ? { runs: [waiting] } : { runs: [other], next: 'further' }
    const { rows } = await check({ ...all, list }, [job('one')])
    expect(rows.at(-1)![2]).toBe('jobs such as run_7 wait for the task `event-work__asked`. Deploy the task')
  })

  test('a rejected or missing key', async () => {
    for (const responses of [failing(401), failing(403)]) {
      const { rows } = await check(responses, [job('one')])
      expect(rows).toEqual([reached[0], ['key', false, expect.stringContaining('Failed to ')]])
    }
    const missing = Object.assign(new Error('no'), { name: 'ApiClientMissingError' })
    expect((await check(failing(undefined, missing))).rows).toEqual([['key', false, expect.any(String)]])
  })

  test('a server that does not respond', async () => {
    for (const status of [undefined, 500]) {
      expect((await check(failing(status))).rows).toEqual([['engine', false, expect.stringContaining('Failed to ')]])
    }
  })
})
