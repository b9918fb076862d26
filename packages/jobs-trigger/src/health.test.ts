import { defineCronJob, type Definition, defineJob, RequestFailedError } from '@cgk-platform/jobs-core'
import { toJobRegistry } from '@cgk-platform/jobs-core/provider'
import { describe, expect, test } from 'vitest'

import { createFakeApi, type FakeAnswers } from '../test/kit/fake-api.ts'
import { createFakeClock } from '../test/kit/fake-clock.ts'
import { fakeRun } from '../test/kit/fake-run.ts'
import '../test/kit/work.ts'
import { checkHealth } from './health.ts'

const job = (id: string, more: object = {}): Definition =>
  defineJob({ id, event: 'work.asked', handler: () => undefined, ...more })
const empty = { paused: false, queued: 0, running: 0 }
const all: FakeAnswers = { queue: (type, name) => ({ type, name, ...empty }), list: () => ({ runs: [] }) }

async function check(answers: FakeAnswers, definitions?: Definition[]) {
  const api = createFakeApi([], answers)
  const clock = createFakeClock()
  const health = await clock.finish(checkHealth(api, definitions && toJobRegistry(definitions), clock))
  expect(health.provider).toBe('trigger.dev')
  expect(health.ok).toBe(health.checks.every(({ ok }) => ok))
  return {
    ...health,
    asked: api.asked,
    delays: clock.delays,
    told: health.checks.map(({ name, ok, message }) => [name, ok, message]),
  }
}

function failing(status: number | undefined, cause?: Error): FakeAnswers {
  const told = { provider: 'trigger.dev', operation: 'read the queue x', problem: 'no', status }
  return {
    queue() {
      throw new RequestFailedError(told, { cause })
    },
  }
}

const reached = [
  ['engine', true, 'answers'],
  ['key', true, 'is accepted'],
]

describe('a healthy Trigger.dev', () => {
  test('answers, takes the key, knows the tasks and has workers for them', async () => {
    const { ok, told } = await check(all, [job('one'), job('two')])
    expect(told).toEqual([
      ...reached,
      ['tasks', true, '3 tasks are registered'],
      ['workers', true, 'no job waits for a worker that knows its task'],
    ])
    expect(ok).toBe(true)
  })

  test('may have no index of runs', async () => {
    const list = () => {
      throw new RequestFailedError({ provider: 'trigger.dev', operation: 'list the jobs', problem: 'no' })
    }
    const { ok, told } = await check({ ...all, list }, [job('one')])
    expect([ok, told.map(([name]) => name)]).toEqual([true, ['engine', 'key', 'tasks']])
  })

  test('is asked for the queue that the runs of a definition wait in', async () => {
    const definitions = [
      job('plain'),
      job('limited', { concurrency: 3 }),
      job('fair', { concurrency: { perTenant: 1 } }),
      defineCronJob({ id: 'daily', schedule: '0 9 * * *', handler: () => undefined }),
    ]
    const { asked } = await check(all, definitions)
    expect(asked.filter((one) => one.startsWith('queue'))).toEqual([
      'queue task event-work__asked',
      'queue task job-plain',
      'queue custom job-limited',
      'queue custom job-fair',
      'queue task cron-daily',
      'queue task job-daily',
      'queue custom tick-daily',
    ])
  })
})

describe('what is not well', () => {
  test('is a definition that no worker has, though its event has a task as every event does', async () => {
    const { ok, told } = await check(
      { ...all, queue: (type, name) => (name === 'job-forgotten' ? undefined : { type, name, ...empty }) },
      [job('one'), job('forgotten')],
    )
    expect([ok, told[2]![2]]).toEqual([false, expect.stringContaining('not registered: `job-forgotten`.')])
  })

  test('is a task that is not registered, or whose queue is paused', async () => {
    const { ok, told } = await check(
      {
        ...all,
        queue: (type, name) => (name === 'job-limited' ? { type, name, ...empty, paused: true } : undefined),
      },
      [job('one'), job('limited', { concurrency: 1 })],
    )
    expect(told.at(-1)).toEqual([
      'tasks',
      false,
      'not registered: `event-work__asked`, `job-one`. Deploy the tasks, or start `trigger.dev dev`; ' +
        'paused: `job-limited`. Resume it in Trigger.dev',
    ])
    expect(ok).toBe(false)
  })

  test('is a task whose runs wait though none runs, as its queue outlives its worker', async () => {
    const waits: FakeAnswers = {
      queue: (type, name) => ({ type, name, ...empty, queued: name.startsWith('event-') ? 2 : 0 }),
      list: ({ queue }) => ({ runs: queue ? [fakeRun({ status: 'QUEUED' })] : [] }),
    }
    const { told, delays } = await check(waits, [job('one'), job('two'), job('limited', { concurrency: 1 })])
    expect(told.slice(2)).toEqual([
      ['tasks', true, '4 tasks are registered'],
      [
        'workers',
        false,
        'runs of `event-work__asked` wait and none runs: is a worker connected, and does it know the task?',
      ],
    ])
    expect(delays).toEqual([1000])
  })

  test('is a job that waits for a task that no worker has', async () => {
    const waiting = fakeRun({ id: 'run_7', taskIdentifier: 'event-work__asked', status: 'PENDING_VERSION' })
    const { told } = await check({ ...all, list: () => ({ runs: [waiting] }) }, [job('one')])
    expect(told.at(-1)).toEqual([
      'workers',
      false,
      'jobs wait for the task `event-work__asked`, such as run_7: deploy it',
    ])
  })

  test('is a run that a job made, for a definition that is gone', async () => {
    const tags = ['tenant:acme', 'event:work.asked', 'job:run_1', 'definition:gone']
    const waiting = fakeRun({ id: 'run_7', taskIdentifier: 'job-gone', status: 'PENDING_VERSION', tags })
    const foreign = fakeRun({ id: 'run_6', taskIdentifier: 'theirs', status: 'PENDING_VERSION', tags: [] })
    const list = (runs: ReturnType<typeof fakeRun>[]) => ({
      ...all,
      list: ({ tag }: { tag?: string | undefined }) => ({ runs: tag === undefined ? runs : [] }),
    })
    const { told } = await check(list([foreign, waiting]), [job('one')])
    expect(told.at(-1)).toEqual(['workers', false, 'jobs wait for the task `job-gone`, such as run_1: deploy it'])
    expect((await check(list([foreign]), [job('one')])).ok).toBe(true)
  })

  test('is a key that is refused, or that there is not', async () => {
    for (const answers of [failing(401), failing(403)]) {
      const { told } = await check(answers, [job('one')])
      expect(told).toEqual([reached[0], ['key', false, expect.stringContaining('Failed to ')]])
    }
    const missing = Object.assign(new Error('no'), { name: 'ApiClientMissingError' })
    expect((await check(failing(undefined, missing))).told).toEqual([['key', false, expect.any(String)]])
  })

  test('is a server that does not answer', async () => {
    for (const status of [undefined, 500]) {
      expect((await check(failing(status))).told).toEqual([['engine', false, expect.stringContaining('Failed to ')]])
    }
  })
})
