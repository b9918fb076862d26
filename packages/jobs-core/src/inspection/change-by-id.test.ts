import { describe, expect, test } from 'vitest'

import { createFakeInspection, jobSummary } from '../../test/kit/fake-inspection.ts'
import { createFakeProvider, type FakeProviderOptions, jobStatus } from '../../test/kit/fake-provider.ts'
import { createManualClock } from '../../test/kit/manual-clock.ts'
import { createClient } from '../client/create-client.ts'
import { createTenantRouter } from '../client/tenant-router/create-tenant-router.ts'
import { JobNotVisibleError } from '../errors/job-not-visible-error.ts'
import type { JobClient } from '../client/job-client.ts'
import type { Feature } from '../engines/capabilities.ts'
import type { JobState } from '../status/job-state.ts'
import type { ChangeJobsResult } from './job-inspector.ts'

const summaries = [
  ['failed', 'failed'],
  ['also-failed', 'failed'],
  ['queued', 'queued'],
  ['running', 'running'],
  ['completed', 'completed'],
  ['cancelled', 'cancelled'],
].map(([id, state]) => jobSummary(id!, 1, { state: state as JobState }))
const many = Array.from({ length: 30 }, (_none, index) => jobSummary(`many-${index}`, 1, { state: 'queued' }))
const foreign = jobSummary('foreign', 1, { state: 'failed', tenantId: 'globex' })

function open(options: FakeProviderOptions = {}) {
  const inspection = createFakeInspection([...summaries, ...many, foreign])
  const provider = createFakeProvider({
    inspection,
    cancel: async (id) => {
      provider.calls.push(`cancel ${id}`)
      provider.jobs.set(id, { ...provider.jobs.get(id)!, state: 'cancelled' })
    },
    ...options,
  })
  for (const { id, tenantId, state } of inspection.jobs) provider.jobs.set(id, jobStatus({ id, tenantId, state }))
  const client = createClient({ load: () => provider }, { jobs: [], clock: createManualClock(1000) })
  return { client, provider, inspection }
}

const done = { skipped: 0, failed: [], failures: 0, isComplete: true }

/** Of one engine, and of a router over it. */
describe.each<[string, (client: JobClient) => JobClient]>([
  ['a client', (client) => client],
  ['a tenant router', (client) => createTenantRouter({ clients: { only: client }, route: () => 'only' })],
])('a change of jobs by their ids, with %s', (_what, wrap) => {
  test('retries the failed ones, each once, and skips the others', async () => {
    const { client, provider, inspection } = open()
    const { retryJobs } = wrap(client).inspect
    const ids = ['failed', 'queued', 'completed', 'failed', 'also-failed']
    expect(await retryJobs({ ids })).toEqual({ ...done, matched: 4, changed: 2, skipped: 2 })
    expect(provider.calls).toEqual(['retry failed', 'retry also-failed'])
    expect(inspection.queries).toEqual([])
  })

  test('cancels those that have not ended', async () => {
    const { client, provider } = open()
    const ids = ['failed', 'queued', 'running', 'cancelled']
    expect(await wrap(client).inspect.cancelJobs({ ids })).toEqual({ ...done, matched: 4, changed: 2, skipped: 2 })
    expect(provider.calls.toSorted()).toEqual(['cancel queued', 'cancel running'])
  })

  test('reports an unknown id and changes the others', async () => {
    const { client, provider } = open()
    const result = await wrap(client).inspect.retryJobs({ ids: ['unknown', 'failed', '\uD800', ' '] })
    expect(result).toMatchObject({ matched: 4, changed: 1, skipped: 0, failures: 3, isComplete: true })
    expect(result.failed.map(({ jobId, error }) => `${jobId} ${error.code}`).toSorted()).toEqual([
      '  job_not_found',
      'unknown job_not_found',
      '\uD800 job_not_found',
    ])
    expect(provider.calls).toEqual(['retry failed'])
  })

  test("answers alike for another tenant's job and for an unknown id, also if it may be that of a new job", async () => {
    const { client, provider } = open({
      async status(id) {
        const found = provider.jobs.get(id)
        if (!found) throw new JobNotVisibleError({ jobId: id, provider: 'fake', problem: 'its id is new' })
        return found
      },
    })
    const { retryJobs, cancelJobs } = wrap(client).forTenant('acme').inspect
    for (const change of [retryJobs, cancelJobs]) {
      for (const dryRun of [false, true]) {
        const answers = await Promise.all(['foreign', 'unknown'].map((id) => change({ ids: [id] }, { dryRun })))
        const [other, unknown] = answers.map(({ failed: [first], ...counts }) => {
          const { stack: _, message, ...error } = first!.error
          return { counts, error, message: message.replaceAll(first!.jobId, 'ID') }
        })
        expect(other).toEqual(unknown)
      }
    }
    expect(await retryJobs({ ids: ['failed'] })).toMatchObject({ changed: 1 })
    expect(provider.calls).toEqual(['retry failed'])
  })

  test('waits for a new job that its engine does not show yet', async () => {
    const { client, provider, inspection } = open()
    inspection.job = async (id) => {
      throw new JobNotVisibleError({ jobId: id, provider: 'fake', problem: 'its id is new' })
    }
    const { cancelJobs } = wrap(client).inspect
    expect(await cancelJobs({ ids: ['queued'] })).toMatchObject({ matched: 1, changed: 1, failures: 0 })
    expect(provider.calls).toEqual(['cancel queued'])
    expect(await cancelJobs({ ids: ['running'] }, { dryRun: true })).toMatchObject({ failures: 1 })
  })

  test('only counts in a dry run', async () => {
    const { client, provider } = open()
    const { retryJobs, cancelJobs } = wrap(client).inspect
    const ids = ['failed', 'queued', 'completed', 'unknown']
    const progress: ChangeJobsResult[] = []
    const dryRun = await retryJobs({ ids }, { dryRun: true, onProgress: (one) => progress.push(one) })
    expect(dryRun).toMatchObject({ matched: 1, changed: 0, skipped: 2, failures: 1, isComplete: true })
    expect(progress.map(({ changed, isComplete }) => `${changed} ${isComplete}`)).toEqual(Array(4).fill('0 false'))
    expect(await cancelJobs({ ids }, { dryRun: true })).toMatchObject({ matched: 1, changed: 0, skipped: 2 })
    expect(provider.calls).toEqual([])
  })

  test('skips a job that ends at the same time', async () => {
    const { client } = open({
      async cancel(id) {
        if (id === 'queued') throw new TypeError('broken')
      },
      status: async (id) => jobStatus({ id, state: 'completed' }),
    })
    const { retryJobs, cancelJobs } = wrap(client).inspect
    expect(await cancelJobs({ ids: ['queued', 'running'] })).toMatchObject({ skipped: 2 })
    expect(await retryJobs({ ids: ['failed'] })).toMatchObject({ changed: 0, skipped: 1 })
  })

  test('reports failures of the engine and progress, and stops when its signal aborts', async () => {
    const { client } = open({ retry: () => Promise.reject(new TypeError('broken')) })
    const { retryJobs, cancelJobs } = wrap(client).inspect
    expect(await retryJobs({ ids: ['failed'] })).toMatchObject({
      failures: 1,
      failed: [{ jobId: 'failed', error: { name: 'TypeError', message: 'broken' } }],
      isComplete: true,
    })
    const controller = new AbortController()
    const { signal } = controller
    const ids = many.map(({ id }) => id)
    const stopped = await cancelJobs({ ids }, { signal, onProgress: () => controller.abort() })
    expect(stopped).toMatchObject({ matched: 30, failures: 0, isComplete: false })
    expect(stopped.changed).toBeLessThanOrEqual(10)
    const none = { matched: 0, changed: 0, isComplete: false }
    expect(await cancelJobs({ ids: ['running'] }, { signal })).toMatchObject(none)
  })

  test('refuses ids with a filter, and ids that are none', async () => {
    const { client, provider } = open()
    const router = wrap(client)
    for (const { retryJobs, cancelJobs } of [router.inspect, router.forTenant('acme').inspect]) {
      for (const change of [retryJobs, cancelJobs]) {
        const call = change as (selection: unknown) => Promise<unknown>
        const refused = async (selection: unknown, message: string) =>
          expect(call(selection)).rejects.toMatchObject({
            code: 'invalid_option',
            option: 'ids',
            message: expect.stringContaining(message),
          })
        await refused({ ids: ['queued'], tenantId: 'acme' }, '`ids` cannot be combined with `tenantId`')
        await refused({ ids: ['queued'], tenantId: undefined }, '`ids` cannot be combined with `tenantId`')
        await refused({ ids: undefined, event: 'x' }, '`ids` cannot be combined with `event`')
        await refused({ ids: undefined }, '`ids` is undefined, not an array')
        await refused({ ids: 'queued' }, '`ids` is a string, not an array')
        await refused({ ids: ['queued', 5] }, '`ids` contains `5`')
        await refused({ ids: ['queued', ''] }, '`ids` contains an empty string')
        await refused({ ids: [undefined] }, '`ids` contains `undefined`')
        await refused({ ids: Array(2) }, '`ids` contains `undefined`')
        await refused(
          { ids: Array.from({ length: 5001 }, (_none, index) => `j${index}`) },
          '`ids` has 5001 values; the maximum is 5000',
        )
        expect(await call({ ids: [] })).toEqual({ ...done, matched: 0, changed: 0 })
        expect(await call({ ids: Array(6000).fill('cancelled') })).toMatchObject({ matched: 1, skipped: 1 })
      }
    }
    expect(provider.calls).toEqual([])
  })

  test.each<[Feature, 'retryJobs' | 'cancelJobs']>([
    ['inspect.getJob', 'retryJobs'],
    ['inspect.getJob', 'cancelJobs'],
    ['retryJob', 'retryJobs'],
  ])('needs %s for %s', async (feature, operation) => {
    const { client, provider } = open({ without: [feature, 'inspect.listJobs'] })
    const error = { code: 'unsupported_feature', feature }
    await expect(wrap(client).inspect[operation]({ ids: ['failed'] })).rejects.toMatchObject(error)
    expect(provider.calls).toEqual([])
  })

  test('is refused after the client is closed', async () => {
    const { client } = open()
    const { inspect } = wrap(client)
    await inspect.retryJobs({ ids: [] })
    await client.close()
    await expect(inspect.cancelJobs({ ids: ['queued'] })).rejects.toMatchObject({ code: 'client_closed' })
  })
})
