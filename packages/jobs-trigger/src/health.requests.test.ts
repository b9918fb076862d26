import { defineCronJob, type Definition, defineJob } from '@cgk-platform/jobs-core'
import { resourceCatalog } from '@trigger.dev/core/v3'
import { describe, expect, test } from 'vitest'

import { openSides, type Sides } from '../test/kit/open-sides.ts'
import { openWorker } from '../test/kit/open-tasks.ts'
import { createTriggerTasks } from './host/create-trigger-tasks.ts'

/** Registers the tasks of these definitions as a deployment does. */
async function open(jobs: readonly Definition[]): Promise<Sides> {
  const sides = await openSides({ jobs, listLagMs: 0 })
  openWorker()
  createTriggerTasks({ jobs })
  await sides.register(...resourceCatalog.listTaskManifests())
  return sides
}

const requestsOf = ({ server }: Sides): string[] =>
  server.requests.filter(({ method }) => method === 'GET').map(({ path }) => path.split('?')[0]!)

describe('the requests of a health check', () => {
  const jobs = [
    ...Array.from({ length: 158 }, (_, index) =>
      defineJob({ id: `job-${index}`, event: 'work.asked', handler: () => undefined }),
    ),
    ...Array.from({ length: 67 }, (_, index) =>
      defineCronJob({ id: `daily-${index}`, schedule: '0 9 * * *', handler: () => undefined }),
    ),
  ]

  test('are one per 100 queues and one more: at most 3, plus one per 100 definitions', async () => {
    const sides = await open(jobs)
    const health = await sides.library.healthCheck()
    expect(health.checks.map(({ name, ok }) => [name, ok])).toEqual([
      ['engine', true],
      ['key', true],
      ['tasks', true],
      ['workers', true],
    ])
    expect(health.checks[2]!.message).toBe('360 tasks are registered')
    expect(requestsOf(sides)).toEqual([...Array<string>(4).fill('/api/v1/queues'), '/api/v1/runs'])
    expect(requestsOf(sides).length).toBeLessThanOrEqual(3 + Math.ceil(jobs.length / 100))
  })

  test('include a second look at queues with waiting runs', async () => {
    const sides = await open(jobs)
    await sides.library.sendJob('work.asked', { tenantId: 'acme' })
    const health = await sides.library.healthCheck()
    expect(health.checks.at(-1)).toEqual({
      name: 'workers',
      ok: false,
      message: 'runs of `event-work__asked` are waiting, and none is running. Connect a worker that has the task',
    })
    expect(requestsOf(sides)).toEqual([
      ...Array<string>(4).fill('/api/v1/queues'), // all queues
      '/api/v1/queues', // the page that the event's queue is on
      '/api/v1/runs',
    ])
  })

  test('are few in an environment with many other queues', async () => {
    const sides = await open(jobs.slice(0, 2))
    await sides.register(...Array.from({ length: 1000 }, (_, index) => ({ id: `another-${index}` })))
    expect(await sides.library.healthCheck()).toMatchObject({ ok: true })
    expect(requestsOf(sides)).toEqual([
      '/api/v1/queues',
      '/api/v1/queues/event-work__asked',
      '/api/v1/queues/job-job-0',
      '/api/v1/queues/job-job-1',
      '/api/v1/runs',
    ])
  })
})
