import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import type { JobStatus } from '@cgk-platform/jobs-core'

import type { Feature } from '../faults/project/features/tasks.ts'
import { openProject, type Project } from '../kit/open-project.ts'

// The real CLI worker runs jobs whose handlers call functions of Trigger.dev's SDK.

let project: Project

beforeAll(async () => {
  // The server refuses a report of a worker that does not know yet that its run waits, and ends the run without
  // heartbeats. Workers send one every 30 s.
  project = await openProject({ server: { stallMs: { executingMs: 90_000 } } })
  await project.start('features')
})

afterAll(() => project?.close())

type FeatureEvent = 'work.asked' | 'work.followed' | 'work.counted'

async function send(feature: Feature, event: FeatureEvent = 'work.asked', options: object = {}): Promise<string> {
  const payload = { tenantId: 'acme', number: 1, data: { feature } }
  return (await project.client.sendJob(event, payload, options)).id
}

async function run(feature: Feature, event?: FeatureEvent): Promise<JobStatus> {
  return project.ended(await send(feature, event))
}

const storedRun = (id: string) => project.server.runs().find(({ friendlyId }) => friendlyId === id)!
const completed = (output?: unknown) => ({
  state: 'completed',
  runs: [{ attempts: 1, ...(output !== undefined && { output }) }],
})

describe.concurrent('in a handler', () => {
  test('`metadata` is readable beside the record of this library', async () => {
    const status = await run('metadata')
    expect(status).toMatchObject(completed(0.5))
    const { metadata } = await project.raw.runs.retrieve(status.id)
    expect(metadata).toMatchObject({ progress: 0.5, pages: 2, log: ['begun'], job: { definition: 'work', attempt: 1 } })
  })

  test('`tags.add` adds to the tags of this library', async () => {
    const status = await run('tags')
    expect(status).toMatchObject(completed())
    expect(storedRun(status.id).tags).toEqual(['jobs', 'jobs:acme', 'tenant:acme', 'event:work.asked', 'import:7'])
  })

  test('`streams.pipe` and `streams.append` send chunks', async () => {
    const status = await run('streams')
    expect(status).toMatchObject(completed())
    const streams = Object.fromEntries(storedRun(status.id).streams)
    expect(streams).toEqual({ words: ['one', 'two'], lines: ['a line'] })
  })

  test('`wait.for` waits within the attempt', async () => {
    const status = await run('waitFor')
    expect(status).toMatchObject(completed('waited'))
    const [{ startedAt, endedAt } = {}] = status.runs
    expect(endedAt!.getTime() - startedAt!.getTime()).toBeGreaterThanOrEqual(6000)
  })

  test('`wait.for` counts toward the timeout', async () => {
    const status = await run('waitFor', 'work.counted')
    expect(status).toMatchObject({ state: 'failed', runs: [{ error: { code: 'job_timeout' } }] })
    expect(project.journal.entries(status.id, 'onFailure')).toHaveLength(1)
  })

  test('`wait.forToken` returns what completes the token', async () => {
    const id = await send('token')
    await project.until(() => project.journal.entries(id, 'asked').length > 0)
    const { token } = project.journal.entries(id, 'asked')[0] as unknown as { token: string }
    const { url, secretKey } = project.server
    const response = await fetch(`${url}/api/v1/waitpoints/tokens/${token}/complete`, {
      method: 'POST',
      headers: { authorization: `Bearer ${secretKey}` },
      body: JSON.stringify({ data: { by: 'ada' } }),
    })
    expect(response.status).toBe(200)
    expect(await project.ended(id)).toMatchObject(completed({ by: 'ada' }))
  })

  test('a waiting job is cancelled', async () => {
    const id = await send('token')
    await project.until(() => project.journal.entries(id, 'asked').length > 0)
    expect(await project.client.cancelJob(id)).toMatchObject({ state: 'cancelled' })
  })

  test('`tasks.triggerAndWait` returns the result of a task of your own', async () => {
    expect(await run('task')).toMatchObject(completed(42))
  })
})

test.each<[Feature, unknown]>([
  ['metadata', 0.5],
  ['task', 42],
])('in a step of a workflow, `%s` works', async (feature, output) => {
  expect(await run(feature, 'work.followed')).toMatchObject(completed(output))
})

test('the runs of a job get the options of its send', async () => {
  const options = { machine: 'medium-1x', tags: ['vip'] } as const
  const id = await send('tags', 'work.asked', { idempotencyKey: 'once', providerOptions: { 'trigger.dev': options } })
  const status = await project.ended(id)
  expect(status).toMatchObject(completed())
  const [{ id: runId } = { id: '' }] = status.runs
  expect(runId).not.toBe(id)
  for (const one of [storedRun(id), storedRun(runId)]) {
    expect(one).toMatchObject({ machine: 'medium-1x' })
    expect(one.tags).toContain('vip')
  }
})

// Last, because the worker reuses the process, in which a later wait can also fail.
test('two waits at once fail the attempt', async () => {
  const status = await run('parallelWaits')
  expect(status).toMatchObject({ state: 'failed', runs: [{ error: { code: 'TASK_DID_CONCURRENT_WAIT' } }] })
})
