import { beforeEach, describe, expect, test, vi } from 'vitest'

import {
  createFakeProvider,
  type FakeProvider,
  type FakeProviderOptions,
  jobStatus,
} from '../../test/kit/fake-provider.ts'
import { createManualClock } from '../../test/kit/manual-clock.ts'
import { untyped } from '../../test/kit/untyped.ts'
import { JobNotVisibleError } from '../errors/job-not-visible-error.ts'
import { defineJob } from '../jobs/define-job.ts'
import type { Definition } from '../jobs/definition.ts'
import { processJobs } from '../jobs/job-registry.ts'
import type { JobPage, ListQuery } from '../status/job-page.ts'
import { createClient } from './create-client.ts'
import type { JobClient } from './job-client.ts'

let fake: FakeProvider
let client: JobClient
const setUp = (options?: FakeProviderOptions) => {
  fake = createFakeProvider(options)
  client = createClient({ load: () => fake }, { jobs: [] })
}
beforeEach(() => setUp())

describe('a job id', () => {
  test('is rejected if the engine does not know it', async () => {
    const notFound = { code: 'job_not_found', jobId: 'job_9', message: expect.stringMatching(/`job_9`.*`fake`/) }
    for (const call of [client.getJobStatus, client.cancelJob, client.retryJob, client.waitForJob]) {
      await expect(call('job_9')).rejects.toMatchObject(notFound)
    }
  })

  test.each([
    [undefined, /is (a )?undefined/],
    [null, /is (a )?null/],
    ['', /is empty/],
    [5, /is a number/],
    [{}, /is an? object/],
  ])('cannot be %j', async (id, problem) => {
    const status = vi.spyOn(fake, 'status')
    for (const call of ['getJobStatus', 'cancelJob', 'retryJob', 'waitForJob'] as const) {
      await expect(untyped(client)[call](id)).rejects.toMatchObject({
        code: 'invalid_option',
        option: 'id',
        message: expect.stringMatching(problem),
      })
    }
    expect(status).not.toHaveBeenCalled()
  })
})

describe('cancelJob', () => {
  test.each([
    ['cancelJob of a running job', 'running'],
    ['cancelJob of a waiting job', 'queued'],
    ['cancelJob of a waiting job', 'scheduled'],
    ['cancelJob of a waiting job', 'retrying'],
  ] as const)('is rejected if the engine lacks `%s`: %s', async (feature, state) => {
    setUp({ without: [feature] })
    fake.jobs.set('job_1', jobStatus({ state }))
    await expect(client.cancelJob('job_1')).rejects.toMatchObject({ code: 'unsupported_feature', feature })
    expect(fake.calls).toEqual([])
    fake.jobs.set('job_1', jobStatus({ state: 'failed' }))
    expect(await client.cancelJob('job_1')).toMatchObject({ state: 'failed' })
  })
})

test('cancelJob waits up to ten seconds for a job that the engine does not show yet', async () => {
  const clock = createManualClock(0)
  client = createClient({ load: () => fake }, { jobs: [], clock })
  fake.jobs.set('job_1', jobStatus({ state: 'queued' }))
  const hidden = new JobNotVisibleError({ jobId: 'job_1', provider: 'fake', problem: 'it was just sent' })
  const spy = vi.spyOn(fake, 'status').mockRejectedValue(hidden)
  for (const byMs of [0, -7_200_000]) {
    const failed = expect(client.cancelJob('job_1')).rejects.toBe(hidden)
    await clock.advance(1000)
    clock.setWall(byMs)
    await clock.advance(10_000)
    await failed
  }
  expect(fake.calls).toEqual([])
  const cancelling = client.cancelJob('job_1')
  clock.setWall(7_200_000)
  await clock.advance(9000)
  spy.mockImplementation(async (id) => fake.jobs.get(id))
  await clock.advance(1000)
  await cancelling
  expect(fake.calls).toEqual(['cancel job_1'])
})

describe('retryJob', () => {
  test('is rejected if the engine does not support it', async () => {
    setUp({ without: ['retryJob'] })
    fake.jobs.set('job_1', jobStatus({ state: 'failed' }))
    await expect(client.retryJob('job_1')).rejects.toMatchObject({ code: 'unsupported_feature', feature: 'retryJob' })
  })
})

describe('listJobs', () => {
  const queryOf = async (options?: object): Promise<ListQuery> => {
    const list = vi.fn<(query: ListQuery) => Promise<JobPage>>(async () => ({ jobs: [] }))
    setUp({ list })
    await untyped(client).listJobs(options)
    return list.mock.calls[0]![0]
  }

  test('requests 50 jobs by default, and passes the filters', async () => {
    expect(await queryOf()).toEqual({ limit: 50 })
    const all = { tenantId: 'acme', state: 'failed', event: 'order.created', limit: 1000, cursor: 'c1' }
    expect(await queryOf(all)).toEqual(all)
    expect(await queryOf({ state: undefined, event: undefined, limit: 1, cursor: undefined })).toEqual({ limit: 1 })
  })

  test.each(['acme', 50, ['acme']])('rejects %j as options', async (options) => {
    await expect(untyped(client).listJobs(options)).rejects.toMatchObject({
      code: 'invalid_option',
      option: 'options',
      message: expect.stringMatching(/not an object\. The options are `tenantId`, `state`,/),
    })
  })

  test('is rejected if the engine does not support it', async () => {
    setUp({ without: ['listJobs'], list: undefined as never })
    await expect(client.listJobs()).rejects.toMatchObject({ code: 'unsupported_feature', feature: 'listJobs' })
  })

  test('fails if the engine declares `listJobs` without a `list` method', async () => {
    setUp({ list: undefined as never })
    await expect(client.listJobs()).rejects.toThrow(/declares `listJobs` but has no `list` method/)
  })
})

describe('the client', () => {
  test('starts the engine, or does nothing if the engine has no `start`', async () => {
    await client.start()
    expect(fake.calls).toEqual(['start'])
    setUp({ start: undefined as never })
    await expect(client.start()).resolves.toBeUndefined()
  })

  test('passes its own jobs to the engine, or all definitions of the process', async () => {
    const job = defineJob({ id: 'own', event: 'order.created', handler: () => undefined }) as unknown as Definition
    const own = createFakeProvider()
    await createClient({ load: () => own }, { jobs: [job] }).healthCheck()
    expect(own.hosts[0]?.jobs.all()).toEqual([job])
    const shared = createFakeProvider()
    await createClient({ load: () => shared }).healthCheck()
    expect(shared.hosts[0]?.jobs).toBe(processJobs())
  })
})

describe('a retry', () => {
  test('runs once for concurrent calls with one id, and separately for other ids', async () => {
    for (const id of ['job_1', 'job_2']) fake.jobs.set(id, jobStatus({ id, state: 'failed' }))
    await Promise.all([client.retryJob('job_1'), client.retryJob('job_1'), client.retryJob('job_2')])
    expect(fake.calls).toEqual(['retry job_1', 'retry job_2'])
    expect(await client.retryJob('job_1')).toMatchObject({ id: 'job_1', tenantId: 'acme', deduplicated: false })
    expect(fake.calls).toHaveLength(3)
  })
})
