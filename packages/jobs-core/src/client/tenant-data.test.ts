import { describe, expect, test, vi } from 'vitest'

import { createFakeInspection, jobSummary } from '../../test/kit/fake-inspection.ts'
import { createFakeProvider, type FakeProviderOptions, jobStatus } from '../../test/kit/fake-provider.ts'
import { createManualClock } from '../../test/kit/manual-clock.ts'
import { createMemoryLogger } from '../../test/kit/memory-logger.ts'
import type { EraseResult } from '../inspection/tenant-data.ts'
import type { ErasedPart } from '../provider/erased-part.ts'
import { createClient } from './create-client.ts'
import { limitToTenant } from './limit-to-tenant.ts'
import { createTenantRouter } from './tenant-router/create-tenant-router.ts'

const nowMs = 10_000

function open(jobs = createFakeInspection(), options: FakeProviderOptions = {}) {
  const { logger, lines } = createMemoryLogger()
  const cancel = async (id: string) => void provider.jobs.set(id, jobStatus({ id, state: 'cancelled' }))
  const provider = createFakeProvider({ inspection: jobs, cancel, ...options })
  for (const { id, tenantId, state } of jobs.jobs) provider.jobs.set(id, jobStatus({ id, tenantId, state }))
  const client = createClient({ load: () => provider }, { jobs: [], clock: createManualClock(nowMs), logger })
  return { client, provider, lines, acme: client.forTenant('acme') }
}

/** Returns these parts, one at a call. */
function erasing(...parts: readonly Partial<ErasedPart>[]) {
  const left = parts.map((part) => ({ erased: 0, left: 0, hasMore: false, kept: [], ...part }))
  return vi.fn<(tenantId: string, until: number) => Promise<ErasedPart>>(async () => left.shift()!)
}

const waiting = () => createFakeInspection([jobSummary('a', 1, { state: 'queued' }), jobSummary('b', 2)])

describe('`erase`', () => {
  test('cancels what is open, then deletes a batch at a time, and reports each', async () => {
    const erase = erasing({ erased: 250, hasMore: true }, { erased: 3, left: 1 })
    const { acme, provider } = open(waiting(), { erase })
    const progress: EraseResult[] = []
    const result = await acme.erase({ onProgress: (one) => progress.push(one) })
    const counts = { failed: [], failures: 0, kept: [] }
    expect(result).toEqual({ ...counts, cancelled: 1, erased: 253, left: 1, isComplete: false })
    expect(progress.map(({ cancelled, erased }) => [cancelled, erased])).toEqual([
      [1, 0],
      [1, 250],
      [1, 253],
    ])
    expect([...provider.jobs.values()].map(({ state }) => state)).toEqual(['cancelled', 'completed'])
    expect(erase.mock.calls).toEqual([
      ['acme', nowMs + 1],
      ['acme', nowMs + 1],
    ])
  })

  test('stops between two batches when its signal aborts', async () => {
    const erase = erasing({ erased: 250, hasMore: true }, { erased: 3 })
    const controller = new AbortController()
    const { acme } = open(createFakeInspection(), { erase })
    const result = await acme.erase({ signal: controller.signal, onProgress: () => controller.abort() })
    expect(result).toMatchObject({ erased: 250, isComplete: false })
    expect(erase).toHaveBeenCalledOnce()
  })

  test('is not complete while a job cannot be cancelled', async () => {
    const { acme } = open(waiting(), { erase: erasing({ left: 1 }), cancel: () => Promise.reject(new Error('No.')) })
    const result = await acme.erase()
    expect(result).toMatchObject({ cancelled: 0, failures: 1, failed: [{ jobId: 'a' }], isComplete: false })
  })

  test('says what an engine keeps that cannot delete, and logs that with the counts', async () => {
    const { acme, lines } = open(waiting(), { without: ['erase: deletes'] })
    const result = { cancelled: 1, erased: 0, left: 0, failures: 0, kept: ['`fake`: It has none.'], isComplete: true }
    expect(await acme.erase()).toEqual({ ...result, failed: [] })
    expect(lines.map(({ level, fields }) => [level, fields])).toEqual([['info', { tenantId: 'acme', ...result }]])
  })

  test('names the missing method of a provider that declares the feature', async () => {
    await expect(open().acme.erase()).rejects.toThrow('has no `erase` method')
  })

  test.each([
    [{ onProgress: 5 }, 'onProgress'],
    [{ dryRun: true }, 'dryRun'],
  ])('refuses the options %j', async (options, option) => {
    await expect(open().acme.erase(options as never)).rejects.toMatchObject({ code: 'invalid_option', option })
  })

  test('deletes on all engines of a tenant router', async () => {
    const erase = erasing({ erased: 2, hasMore: true }, { erased: 1 })
    const engines = [open(waiting(), { erase }), open(createFakeInspection(), { without: ['erase: deletes'] })]
    const clients = { one: engines[0]!.client, other: engines[1]!.client }
    const router = createTenantRouter({ clients, route: () => 'other' })
    const result = await router.forTenant('acme').erase()
    expect(result).toMatchObject({ cancelled: 1, erased: 3, kept: ['`fake`: It has none.'], isComplete: true })
  })
})

describe('`export`', () => {
  test('reads the jobs of the tenant that were sent before the call, of all pages', async () => {
    const sentAt = [1, 2, 3, 4, nowMs + 1]
    const tenants = ['acme', 'acme', 'globex', 'acme', 'acme']
    const jobs = sentAt.map((at, index) => jobSummary(`job_${index}`, at, { tenantId: tenants[index]! }))
    const { acme } = open(createFakeInspection(jobs, 2), { without: ['inspect.listJobs by time'] })
    const ids: string[] = []
    for await (const { id } of acme.export()) ids.push(id)
    expect(ids.toSorted()).toEqual(['job_0', 'job_1', 'job_3'])
  })

  test('skips a job that was deleted after it was listed', async () => {
    const inspection = waiting()
    const { job } = inspection
    const { acme } = open({ ...inspection, job: async (id) => (id === 'a' ? undefined : job(id)) })
    const ids: string[] = []
    for await (const { id } of acme.export()) ids.push(id)
    expect(ids).toEqual(['b'])
  })
})

test('an engine that lists no jobs refuses both', async () => {
  const { acme } = open(createFakeInspection(), { without: ['inspect.listJobs'] })
  const error = { code: 'unsupported_feature', feature: 'inspect.listJobs' }
  await expect(acme.erase()).rejects.toMatchObject(error)
  await expect(acme.export()[Symbol.asyncIterator]().next()).rejects.toMatchObject(error)
})

test('a client that is limited to a tenant has neither', () => {
  for (const tenantId of ['acme', 'system']) {
    const limited: object = limitToTenant(open().client, tenantId)
    expect(limited).not.toHaveProperty('erase')
    expect(limited).not.toHaveProperty('export')
  }
})
