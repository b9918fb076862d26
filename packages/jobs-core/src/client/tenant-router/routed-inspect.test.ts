import fc from 'fast-check'
import { describe, expect, test, vi } from 'vitest'

import { createFakeInspection, type FakeInspection, jobSummary } from '../../../test/kit/fake-inspection.ts'
import { createFakeProvider, jobStatus } from '../../../test/kit/fake-provider.ts'
import { createManualClock } from '../../../test/kit/manual-clock.ts'
import { JobNotFoundError } from '../../errors/job-not-found-error.ts'
import { JobNotVisibleError } from '../../errors/job-not-visible-error.ts'
import type { JobInspector } from '../../inspection/job-inspector.ts'
import { defineCronJob } from '../../jobs/define-cron-job.ts'
import { withSeparateRegistry } from '../../jobs/job-registry.ts'
import type { Definition } from '../../jobs/definition.ts'
import type { Feature } from '../../engines/capabilities.ts'
import { createClient } from '../create-client.ts'
import { createTenantRouter } from './create-tenant-router.ts'

const cronJob = withSeparateRegistry(() =>
  defineCronJob({
    id: 'nightly',
    schedule: '0 3 * * *',
    handler: () => undefined,
    overlap: 'allow',
    tenants: () => ['acme', 'globex', 'initech'],
  }),
)

/** A router over engines with these jobs. Tenant `globex` is on the second one. */
function open(
  inspections: readonly FakeInspection[],
  { without = [], jobsOf = [] }: { without?: readonly Feature[]; jobsOf?: readonly (readonly Definition[])[] } = {},
) {
  const clock = createManualClock(1000)
  const providers = inspections.map((inspection, index) =>
    createFakeProvider({
      inspection: {
        ...inspection,
        watch(changed) {
          inspection.watchers.add(changed)
          return () => void inspection.watchers.delete(changed)
        },
        workers: async () => [{ id: `w${index}`, isThisProcess: false, running: 0, definitionIds: [] }],
      },
      without: index === 1 ? without : [],
    }),
  )
  for (const [index, { jobs }] of inspections.entries()) {
    for (const { id, tenantId, state } of jobs) providers[index]!.jobs.set(id, jobStatus({ id, tenantId, state }))
  }
  const clients = providers.map((provider, index) =>
    createClient({ load: () => provider }, { jobs: jobsOf[index] ?? [cronJob], clock }),
  )
  const claimed: string[] = []
  const keys = { claim: (key: string, engine: string) => (claimed.push(key), engine), renew: () => undefined }
  const router = createTenantRouter({
    keys,
    clients: Object.fromEntries(clients.map((client, index) => [`e${index}`, client])),
    route: (tenantId): string => (tenantId === 'globex' ? 'e1' : 'e0'),
  })
  return { router, inspect: router.inspect, providers, clock, claimed }
}

async function readAll({ listJobs }: JobInspector, order: 'newest' | 'oldest', limit: number) {
  const ids: string[] = []
  let cursor: string | undefined
  do {
    const page = await listJobs({ order, limit, ...(cursor !== undefined && { cursor }) })
    ids.push(...page.jobs.map(({ id }) => id))
    cursor = page.cursor
  } while (cursor !== undefined)
  return ids
}

describe('the inspector of a tenant router', () => {
  const first = () => createFakeInspection([jobSummary('a', 1), jobSummary('c', 3, { state: 'failed' })])
  const second = () => createFakeInspection([jobSummary('b', 2, { tenantId: 'globex' }), jobSummary('d', 4)])

  test('lists the jobs of all engines in order, each once', async () => {
    const times = fc.array(fc.integer({ min: 0, max: 20 }), { maxLength: 15 })
    await fc.assert(
      fc.asyncProperty(
        fc.array(times, { minLength: 1, maxLength: 3 }),
        fc.constantFrom('newest' as const, 'oldest' as const),
        fc.integer({ min: 1, max: 6 }),
        fc.integer({ min: 1, max: 6 }),
        async (engines, order, limit, pageSize) => {
          const all = engines.map((atMs, engine) =>
            createFakeInspection(
              atMs.map((at, index) => jobSummary(`e${engine}-${index}`, at)),
              pageSize,
            ),
          )
          const ids = await readAll(open(all).inspect, order, limit)
          const jobs = all.flatMap((one) => one.jobs)
          expect(ids.toSorted()).toEqual(jobs.map(({ id }) => id).toSorted())
          const sent = ids.map((id) => jobs.find((job) => job.id === id)!.createdAt.getTime())
          expect(sent).toEqual(sent.toSorted((a, b) => (order === 'newest' ? b - a : a - b)))
        },
      ),
      { numRuns: 200 },
    )
  })

  test('passes the filter on, with its times', async () => {
    const [one, other] = [first(), second()]
    const { inspect } = open([one, other])
    const filter = { tenantId: 'acme', states: ['failed'], since: new Date(2), until: new Date(9) } as const
    expect((await inspect.listJobs(filter)).jobs.map(({ id }) => id)).toEqual(['c'])
    for (const { queries } of [one, other]) {
      expect(queries).toEqual([{ ...filter, since: 2, until: 9, order: 'newest', limit: 50 }])
    }
  })

  test('finds a job on any engine, and hides it from other tenants', async () => {
    const { router, inspect } = open([first(), second()])
    expect(await inspect.getJob('b')).toMatchObject({ id: 'b', tenantId: 'globex' })
    expect(await router.forTenant('globex').inspect.getJob('b')).toMatchObject({ id: 'b' })
    await expect(router.forTenant('acme').inspect.getJob('b')).rejects.toMatchObject({ code: 'job_not_found' })
    await expect(inspect.getJob('x')).rejects.toMatchObject({ code: 'job_not_found' })
  })

  test('answers the id of another tenant like an unknown one, although an engine waits for the status of a new id', async () => {
    const { router, providers } = open([first(), second()])
    const waits = vi.fn<(jobId: string) => Promise<never>>(async (jobId) => {
      throw new JobNotVisibleError({ jobId, provider: 'fake', problem: 'its id is new' })
    })
    for (const provider of providers) {
      const { status } = provider
      provider.status = (id) => (id === 'new' ? waits(id) : status(id))
    }
    const { inspect } = router.forTenant('acme')
    const other: unknown = await inspect.getJob('b').catch((error: unknown) => error)
    const unknown: unknown = await inspect.getJob('new').catch((error: unknown) => error)
    expect(JobNotFoundError.isInstance(other)).toBe(true)
    expect((unknown as Error).message).toBe((other as Error).message.replace('`b`', '`new`'))
    expect(waits).not.toHaveBeenCalled()
  })

  test('reports a job that an engine may show later, unless another engine has it', async () => {
    const late = first()
    const { job } = late
    const invisible = new JobNotVisibleError({ jobId: 'new', provider: 'fake', problem: 'its id is new' })
    late.job = async (id) => {
      if (id === 'new' || id === 'b') throw invisible
      return job(id)
    }
    const { inspect } = open([late, second()])
    await expect(inspect.getJob('new')).rejects.toBe(invisible)
    expect(await inspect.getJob('b')).toMatchObject({ id: 'b' })
  })

  test('adds counts and figures', async () => {
    const { inspect } = open([first(), second()])
    expect(await inspect.countJobs({ by: 'tenant' })).toEqual({
      count: 4,
      isExact: true,
      groups: [
        { key: 'acme', count: 3, isExact: true },
        { key: 'globex', count: 1, isExact: true },
      ],
    })
    expect(await inspect.getStats()).toMatchObject({ jobs: 4, tenants: [{ key: 'acme' }, { key: 'globex' }] })
  })

  test('counts up to 100,000 jobs', async () => {
    const groups = [{ key: 'failed', count: 60_000, isExact: true }]
    const count = async () => ({ count: 60_000, isExact: true, groups })
    const { inspect } = open([
      { ...first(), count },
      { ...second(), count },
    ])
    const counted = { count: 100_000, isExact: false }
    expect(await inspect.countJobs({ by: 'state' })).toEqual({ ...counted, groups: [{ key: 'failed', ...counted }] })
  })

  test('continues a list of the oldest jobs if the last job of a page has left it', async () => {
    const idAt = (index: number) => `A${String(index).padStart(25, '0')}`
    const one = createFakeInspection([1, 2, 3, 4].map((index) => jobSummary(idAt(index), 7)))
    const { inspect } = open([one, second()])
    const page = await inspect.listJobs({ order: 'oldest', limit: 4 })
    expect(page.jobs.map(({ id }) => id)).toEqual(['b', 'd', idAt(1), idAt(2)])
    one.jobs.splice(1, 1)
    const next = await inspect.listJobs({ order: 'oldest', cursor: page.cursor })
    expect(next.jobs.map(({ id }) => id)).toEqual([idAt(3), idAt(4)])
  })

  test('lists the workers and the definitions', async () => {
    const { inspect } = open([first(), second()])
    expect((await inspect.listWorkers()).map(({ id }) => id)).toEqual(['w0', 'w1'])
    expect((await inspect.listDefinitions()).map(({ id }) => id)).toEqual(['nightly'])
  })

  test('retries and cancels on the engines of the jobs', async () => {
    const { inspect, providers } = open([
      createFakeInspection([jobSummary('a', 1, { state: 'failed' }), jobSummary('q', 2, { state: 'queued' })]),
      createFakeInspection([jobSummary('b', 3, { state: 'failed' }), jobSummary('r', 4, { state: 'running' })]),
    ])
    expect(await inspect.retryJobs({ tenantId: 'acme' })).toMatchObject({ matched: 2, changed: 2, isComplete: true })
    expect(await inspect.cancelJobs({ tenantId: 'acme' })).toMatchObject({ matched: 2, failures: 0 })
    expect(providers.map(({ calls }) => calls)).toEqual([
      ['retry a', 'cancel q'],
      ['retry b', 'cancel r'],
    ])
  })

  test('runs a cron job for each tenant on its own engine', async () => {
    const { inspect, providers, claimed } = open([first(), second()])
    const jobs = await inspect.runCronJob('nightly')
    expect(claimed).toEqual([])
    expect(jobs.map(({ tenantId }) => tenantId)).toEqual(['acme', 'initech', 'globex'])
    expect(providers.map(({ sent }) => sent.map(({ tenantId }) => tenantId))).toEqual([['acme', 'initech'], ['globex']])
  })

  test('runs a cron job that only one client has, and names one that none has', async () => {
    const { inspect, providers } = open([first(), second()], { jobsOf: [[], [cronJob]] })
    expect((await inspect.runCronJob('nightly')).map(({ tenantId }) => tenantId)).toEqual(['globex'])
    expect(providers.map(({ sent }) => sent.length)).toEqual([0, 1])
    await expect(inspect.runCronJob('weekly')).rejects.toMatchObject({ code: 'definition_not_found' })
  })

  test('names the engine that does not support a filter', async () => {
    const { inspect } = open([first(), second()], { without: ['inspect.listJobs by error'] })
    await expect(inspect.listJobs({ errorText: 'x' })).rejects.toMatchObject({
      code: 'unsupported_feature',
      provider: 'e1',
    })
  })

  test('reports changes of all engines until it closes', async () => {
    const [one, other] = [first(), second()]
    const { router, inspect, clock } = open([one, other])
    const changes: string[][] = []
    inspect.subscribe({}, ({ jobs }) => changes.push(jobs.map(({ id }) => id)))
    await clock.advance(0)
    other.jobs.push(jobSummary('e', 5))
    for (const changed of other.watchers) changed()
    await clock.advance(250)
    expect(changes).toEqual([['d', 'c', 'b', 'a'], ['e']])
    await router.close()
    await clock.advance(0)
    expect([one.watchers.size, other.watchers.size]).toEqual([0, 0])
  })
})

describe('what the engines of a router have not read', () => {
  const failed = (id: string, atMs: number) =>
    jobSummary(id, atMs, { state: 'failed', endedAt: new Date(atMs + 5), startedAt: new Date(atMs) })

  test('was sent before the time up to which all were searched', async () => {
    const short = createFakeInspection([failed('a1', 10), failed('a2', 20), failed('a3', 30)], 2)
    const { inspect } = open([short, createFakeInspection([failed('b', 5)])])
    const { jobs, searchedTo } = await inspect.listJobs({ states: ['failed'] })
    expect([jobs.map(({ id }) => id), searchedTo?.getTime()]).toEqual([['a3', 'a2'], 20])
  })

  test('is found by the end of a run', async () => {
    const { inspect } = open([createFakeInspection([failed('a', 10)]), createFakeInspection([failed('b', 20)])])
    const { jobs } = await inspect.listJobs({ endedSince: new Date(20), endedUntil: new Date(30) })
    expect(jobs.map(({ id }) => id)).toEqual(['b'])
  })

  test('is retried by calls that continue', async () => {
    const engines = [1, 2].map((engine) =>
      createFakeInspection(
        Array.from({ length: 5 }, (_none, at) => failed(`e${engine}-${at}`, at * 2 + engine)),
        2,
      ),
    )
    const { inspect, providers } = open(engines)
    let cursor: string | undefined
    let calls = 0
    do {
      const stop = new AbortController()
      const options = { signal: stop.signal, onProgress: () => stop.abort() }
      const result = await inspect.retryJobs(
        { states: ['failed'] },
        { ...options, ...(cursor !== undefined && { cursor }) },
      )
      ;({ cursor } = result)
    } while (cursor !== undefined && ++calls < 50)
    const retried = providers.flatMap((provider) => provider.calls.filter((call) => call.startsWith('retry')))
    expect(retried.toSorted()).toEqual(engines.flatMap(({ jobs }) => jobs.map(({ id }) => `retry ${id}`)).toSorted())
  })
})
