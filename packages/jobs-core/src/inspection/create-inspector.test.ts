import { describe, expect, test, vi } from 'vitest'

import { createFakeInspection, jobSummary } from '../../test/kit/fake-inspection.ts'
import { createFakeProvider, type FakeProviderOptions, jobStatus } from '../../test/kit/fake-provider.ts'
import { createManualClock } from '../../test/kit/manual-clock.ts'
import { createClient } from '../client/create-client.ts'
import type { JobInspection } from '../provider/job-inspection.ts'
import type { Feature } from '../engines/capabilities.ts'

const nowMs = Date.parse('2026-03-01T12:00:00Z')

/** Calls of any method, without types, as in plain JavaScript. */
type Calls = Record<string, (...given: unknown[]) => Promise<unknown>>

function open(jobs = createFakeInspection(), options: FakeProviderOptions = {}) {
  const provider = createFakeProvider({ inspection: jobs, ...options })
  const client = createClient({ load: () => provider }, { jobs: [], clock: createManualClock(nowMs) })
  return { provider, client, inspect: client.inspect, ofAcme: client.forTenant('acme').inspect }
}

describe('the inspector refuses', () => {
  test.each<[options: unknown, option: string, text: string]>([
    [5, 'options', 'is a number, not an object'],
    [{ state: 'failed' }, 'state', 'is not an option of `inspect.listJobs`'],
    [{ tenantId: undefined }, 'tenantId', 'is undefined. Pass the id of a tenant'],
    [{ states: 'failed' }, 'states', 'is a string, not an array'],
    [{ states: [] }, 'states', 'is empty'],
    [{ states: ['failed', 'lost'] }, 'states', 'contains `lost`'],
    [{ states: [undefined] }, 'states', 'contains `undefined`'],
    [{ since: '2026-01-01' }, 'since', 'is a string, not a Date'],
    [{ until: new Date(Number.NaN) }, 'until', 'is an invalid Date'],
    [{ since: new Date(5), until: new Date(5) }, 'since', 'is not before `until`'],
    [{ errorText: 'x'.repeat(201) }, 'errorText', 'has 201 characters; the maximum is 200'],
    [{ errorText: '' }, 'errorText', 'is empty'],
    [{ definitionId: 'x'.repeat(257) }, 'definitionId', 'has 257 characters'],
    [{ reference: 'x'.repeat(129) }, 'reference', 'has 129 characters'],
    [{ cursor: 'x'.repeat(10_001) }, 'cursor', 'has 10001 characters'],
    [{ order: 'random' }, 'order', "is `random`. Use 'newest' or 'oldest'"],
    [{ limit: 1001 }, 'limit', 'is `1001`'],
  ])('the options %j of `listJobs`', async (options, option, text) => {
    const message = expect.stringContaining(`\`${option}\` ${text}`)
    await expect(open().inspect.listJobs(options as never)).rejects.toMatchObject({
      code: 'invalid_option',
      option,
      message,
    })
  })

  test.each<[call: string, option: string, options: unknown[]]>([
    ['countJobs', 'by', [{ by: 'worker' }]],
    ['getStats', 'intervals', [{ intervals: 501 }]],
    ['getStats', 'since', [{ since: new Date(nowMs + 1) }]],
    ['getStats', 'errorText', [{ errorText: 'x' }]],
    ['retryJobs', 'filter', [{}]],
    ['cancelJobs', 'filter', [undefined]],
    ['cancelJobs', 'filter', [{ event: undefined }]],
    ['cancelJobs', 'tenantId', [{ event: 'x', tenantId: undefined }]],
    ['retryJobs', 'states', [{ states: ['failed', 'queued'] }]],
    ['cancelJobs', 'states', [{ states: ['completed'] }]],
    ['retryJobs', 'signal', [{ event: 'x' }, { signal: 5 }]],
    ['cancelJobs', 'dryRun', [{ event: 'x' }, { dryRun: 'yes' }]],
    ['getJob', 'id', [5]],
    ['getJob', 'id', ['']],
  ])('%s with a wrong `%s`', async (call, option, options) => {
    const inspect = open().inspect as unknown as Calls
    await expect(inspect[call]!(...options)).rejects.toMatchObject({ code: 'invalid_option', option })
  })

  test('wrong options of `subscribe` at once', () => {
    const { inspect } = open()
    const listener = () => undefined
    expect(() => inspect.subscribe({ state: 'x' } as never, listener)).toThrow('`state` is not an option')
    expect(() => inspect.subscribe({}, 5 as never)).toThrow('`listener` is not a function')
    expect(() => inspect.subscribe({}, listener, { limit: 0 })).toThrow('`limit` is `0`')
  })

  test.each<[feature: Feature, call: string, options: unknown[]]>([
    ['inspect.getJob', 'getJob', ['job_1']],
    ['inspect.listJobs', 'listJobs', []],
    ['inspect.listJobs', 'countJobs', []],
    ['inspect.listJobs', 'getStats', []],
    ['inspect.listJobs', 'cancelJobs', [{ event: 'x' }]],
    ['inspect.listJobs by definition', 'listJobs', [{ definitionId: 'x' }]],
    ['inspect.listJobs by definition', 'getStats', [{ definitionId: 'x' }]],
    ['inspect.listJobs by state', 'countJobs', [{ states: ['failed'] }]],
    ['inspect.listJobs by state', 'retryJobs', [{ event: 'x' }]],
    ['inspect.listJobs by time', 'listJobs', [{ since: new Date(0) }]],
    ['inspect.listJobs by time', 'cancelJobs', [{ until: new Date(0) }]],
    ['inspect.listJobs by error', 'listJobs', [{ errorText: 'x' }]],
    ['inspect.listJobs by payload', 'listJobs', [{ payloadText: 'x' }]],
    ['inspect.listJobs, oldest first', 'listJobs', [{ order: 'oldest' }]],
    ['reference', 'listJobs', [{ reference: 'x' }]],
    ['retryJob', 'retryJobs', [{ event: 'x' }]],
    ['inspect.listWorkers', 'listWorkers', []],
    ['inspect.runCronJob', 'runCronJob', ['x']],
  ])('what needs %s if the engine does not support it: %s', async (feature, call, options) => {
    const { inspect, provider } = open(createFakeInspection(), { without: [feature] })
    const error = { code: 'unsupported_feature', feature, message: expect.stringContaining('It has none. Do without.') }
    const calls = inspect as unknown as Calls
    await expect(calls[call]!(...options)).rejects.toMatchObject(error)
    expect(provider.calls).toEqual([])
  })

  test('everything if the engine declares that it cannot be inspected', async () => {
    const without: Feature[] = ['inspect.getJob', 'inspect.listJobs']
    const { inspect } = open(undefined, { without, inspection: undefined })
    await expect(inspect.getJob('x')).rejects.toMatchObject({ code: 'unsupported_feature', feature: 'inspect.getJob' })
    await expect(inspect.listJobs()).rejects.toMatchObject({ feature: 'inspect.listJobs' })
  })
})

describe('the inspector', () => {
  const jobs = [
    jobSummary('a', nowMs - 4, { references: ['order_1'] }),
    jobSummary('b', nowMs - 3, { tenantId: 'globex', state: 'failed', event: 'order.paid' }),
    jobSummary('c', nowMs - 2, { state: 'failed', definitionIds: ['charge', 'notify'] }),
    jobSummary('d', nowMs - 1, { state: 'queued', definitionIds: [] }),
  ]

  test('passes checked filters to the engine, with defaults', async () => {
    const fake = createFakeInspection([...jobs])
    const { inspect } = open(fake)
    const page = await inspect.listJobs({
      states: ['failed', 'failed'],
      since: new Date(nowMs - 3),
      errorText: undefined,
    })
    expect(page.jobs.map(({ id }) => id)).toEqual(['c', 'b'])
    await inspect.listJobs()
    expect(fake.queries).toEqual([
      { states: ['failed'], since: nowMs - 3, order: 'newest', limit: 50 },
      { order: 'newest', limit: 50 },
    ])
  })

  test('returns a job, and `JobNotFoundError` for an unknown one', async () => {
    const { inspect } = open(createFakeInspection([...jobs]))
    expect(await inspect.getJob('c')).toMatchObject({
      id: 'c',
      runs: [{ definitionId: 'charge' }, { definitionId: 'notify' }],
    })
    await expect(inspect.getJob('e')).rejects.toMatchObject({ code: 'job_not_found' })
    await expect(inspect.getJob('\uD800')).rejects.toMatchObject({ code: 'job_not_found' })
  })

  test('of a tenant has only the jobs of this tenant', async () => {
    const { ofAcme } = open(createFakeInspection([...jobs]))
    expect((await ofAcme.listJobs()).jobs.map(({ id }) => id)).toEqual(['d', 'c', 'a'])
    expect(await ofAcme.countJobs({ by: 'tenant', tenantId: 'acme' })).toEqual({
      count: 3,
      isExact: true,
      groups: [{ key: 'acme', count: 3, isExact: true }],
    })
    expect((await ofAcme.getStats()).tenants.map(({ key }) => key)).toEqual(['acme'])
    await expect(ofAcme.getJob('b')).rejects.toMatchObject({ code: 'job_not_found' })
    expect(await ofAcme.getJob('a')).toMatchObject({ id: 'a' })
  })

  test('of a tenant refuses another tenant in every filter', async () => {
    const { ofAcme } = open(createFakeInspection([...jobs]))
    const filter = { tenantId: 'globex' }
    const refused = { code: 'tenant_mismatch', tenantId: 'acme' }
    await expect(ofAcme.listJobs(filter)).rejects.toMatchObject(refused)
    await expect(ofAcme.countJobs(filter)).rejects.toMatchObject(refused)
    await expect(ofAcme.getStats(filter)).rejects.toMatchObject(refused)
    await expect(ofAcme.retryJobs(filter)).rejects.toMatchObject(refused)
    await expect(ofAcme.cancelJobs(filter)).rejects.toMatchObject(refused)
    expect(() => ofAcme.subscribe(filter, () => undefined)).toThrow(expect.objectContaining(refused))
    await expect(ofAcme.listJobs(5 as never)).rejects.toMatchObject({ code: 'invalid_option', option: 'options' })
    expect(Object.keys(ofAcme)).not.toContain('runCronJob')
  })

  test('of a tenant changes only the jobs of this tenant', async () => {
    const states = ['failed', 'queued'] as const
    const both = states.flatMap((state) => [
      jobSummary(`acme-${state}`, 1, { state }),
      jobSummary(`globex-${state}`, 2, { state, tenantId: 'globex' }),
    ])
    const { ofAcme, provider } = open(createFakeInspection(both))
    for (const { id, tenantId, state } of both) provider.jobs.set(id, jobStatus({ id, tenantId, state }))
    const filter = { event: 'order.created' } as const
    expect(await ofAcme.retryJobs(filter, { dryRun: true })).toMatchObject({ matched: 1 })
    expect(await ofAcme.cancelJobs({ ...filter, tenantId: undefined }, { dryRun: true })).toMatchObject({ matched: 1 })
    expect(await ofAcme.cancelJobs({}, { dryRun: true })).toMatchObject({ matched: 1 })
    await expect(ofAcme.cancelJobs(undefined as never)).rejects.toMatchObject({ option: 'filter' })
    await expect(ofAcme.retryJobs(5 as never)).rejects.toMatchObject({ option: 'options' })
    expect(await ofAcme.retryJobs(filter)).toMatchObject({ matched: 1, changed: 1 })
    expect(await ofAcme.cancelJobs({ tenantId: 'acme' })).toMatchObject({ matched: 1 })
    expect(provider.calls).toEqual(['retry acme-failed', 'cancel acme-queued'])
  })

  test('counts by state, definition, tenant and event, the largest group first', async () => {
    const { inspect } = open(createFakeInspection([...jobs]))
    const groups = async (by: 'state' | 'definition' | 'tenant' | 'event') =>
      (await inspect.countJobs({ by })).groups.map(({ key, count }) => `${key} ${count}`)
    expect(await inspect.countJobs()).toEqual({ count: 4, isExact: true, groups: [] })
    expect(await groups('state')).toEqual(['failed 2', 'completed 1', 'queued 1'])
    expect(await groups('definition')).toEqual(['process-order 2', 'charge 1', 'notify 1'])
    expect(await groups('tenant')).toEqual(['acme 3', 'globex 1'])
    expect(await groups('event')).toEqual(['order.created 3', 'order.paid 1'])
  })

  test('counts one page of an engine that cannot count', async () => {
    const fake = createFakeInspection(
      Array.from({ length: 5 }, (_none, index) => jobSummary(`j${index}`, index)),
      2,
    )
    const { inspect } = open(fake)
    expect(await inspect.countJobs({ by: 'state' })).toEqual({
      count: 2,
      isExact: false,
      groups: [{ key: 'completed', count: 2, isExact: false }],
    })
    expect(fake.queries).toHaveLength(1)
  })

  test('lets an engine count that can', async () => {
    const counts = { count: 100_000, isExact: false, groups: [] }
    const count = vi.fn<NonNullable<JobInspection['count']>>(async () => counts)
    const { inspect } = open({ ...createFakeInspection(), count })
    expect(await inspect.countJobs({ states: ['failed'], by: 'tenant' })).toBe(counts)
    expect(count).toHaveBeenCalledWith({ states: ['failed'] }, 'tenant')
  })

  test('refuses changes after the client is closed, and still reads', async () => {
    const { client, inspect } = open(createFakeInspection([...jobs]))
    await inspect.listJobs()
    await client.close()
    await expect(inspect.cancelJobs({ event: 'order.created' })).rejects.toMatchObject({ code: 'client_closed' })
    await expect(inspect.runCronJob('x')).rejects.toMatchObject({ code: 'client_closed' })
    expect((await inspect.listJobs()).jobs).toHaveLength(4)
  })
})

test('a cancel of an error group asks for the jobs between two attempts, unless it names states', async () => {
  const fake = createFakeInspection()
  const { inspect } = open(fake)
  await inspect.cancelJobs({ errorGroup: 'Error: declined' })
  await inspect.cancelJobs({ errorGroup: 'Error: declined', states: ['running'] })
  await inspect.cancelJobs({ definitionId: 'process-order' })
  const asked = new Set(fake.queries.map(({ states }) => states!.join(' ')))
  expect([...asked]).toEqual(['retrying', 'running', 'scheduled queued running retrying'])
})
