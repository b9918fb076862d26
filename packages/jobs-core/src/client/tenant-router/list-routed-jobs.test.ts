import fc from 'fast-check'
import { describe, expect, test, vi } from 'vitest'

import { createFakeProvider, jobStatus } from '../../../test/kit/fake-provider.ts'
import { RequestFailedError } from '../../errors/request-failed-error.ts'
import type { JobProvider } from '../../provider/job-provider.ts'
import type { JobStatus } from '../../status/job-status.ts'
import { createClient } from '../create-client.ts'
import type { JobClient } from '../job-client.ts'
import { createTenantRouter } from './create-tenant-router.ts'

const startMs = Date.parse('2026-03-01T12:00:00Z')
const idAt = (engine: string, index: number): string => `${engine}${String(index).padStart(25, '0')}`.toUpperCase()

/** An engine whose cursors are opaque, and whose pages can be shorter than requested. */
function createEngine(name: string, times: readonly number[], shorterBy: number) {
  const jobs: JobStatus[] = []
  const add = (atMs: number): void => {
    jobs.unshift(jobStatus({ id: idAt(name, jobs.length), createdAt: new Date(startMs + atMs) }))
  }
  for (const atMs of times.toSorted((a, b) => a - b)) add(atMs)
  const list: JobProvider['list'] = async ({ limit, cursor, state }) => {
    const from = cursor === undefined ? 0 : jobs.findIndex(({ id }) => `after ${id}` === cursor) + 1
    const size = Math.max(1, limit - shorterBy)
    const page = jobs.slice(from, from + size)
    const last = from + size < jobs.length ? page.at(-1) : undefined
    return {
      jobs: page.filter((job) => state === undefined || job.state === state),
      ...(last && { cursor: `after ${last.id}` }),
    }
  }
  const client = createClient({ load: () => createFakeProvider({ list }) }, { jobs: [] })
  return { client, jobs, add }
}

async function readAll(router: JobClient, limit: number, between: (page: number) => void = () => undefined) {
  const read: JobStatus[] = []
  let cursor: string | undefined
  let pages = 0
  do {
    const page = await router.listJobs(cursor === undefined ? { limit } : { limit, cursor })
    expect(page.jobs.length).toBeLessThanOrEqual(limit)
    read.push(...page.jobs)
    cursor = page.cursor
    between(++pages)
  } while (cursor !== undefined)
  return { read, pages }
}

const routerOf = (clients: Record<string, JobClient>): JobClient =>
  createTenantRouter({ clients, route: () => Object.keys(clients)[0]! })

describe('a list of several engines', () => {
  const times = fc.array(fc.integer({ min: 0, max: 40 }), { maxLength: 30 })
  const plan = fc.record({
    engines: fc.array(fc.record({ times, shorterBy: fc.integer({ min: 0, max: 3 }) }), { minLength: 1, maxLength: 3 }),
    limit: fc.integer({ min: 1, max: 12 }),
    added: fc.array(fc.integer({ min: 0, max: 2 }), { maxLength: 20 }),
  })

  test('has every job once, newest first, also if jobs are sent between its pages', async () => {
    await fc.assert(
      fc.asyncProperty(plan, async ({ engines, limit, added }) => {
        const all = engines.map((engine, index) => createEngine(`E${index}`, engine.times, engine.shorterBy))
        const router = routerOf(Object.fromEntries(all.map(({ client }, index) => [`e${index}`, client])))
        const before = all.flatMap(({ jobs }) => jobs)
        let later = 100
        const { read } = await readAll(router, limit, (page) => {
          const index = added[page - 1]
          if (index !== undefined) all[index % all.length]!.add(later++)
        })
        expect(new Set(read.map(({ id }) => id)).size).toBe(read.length)
        expect(read.map(({ createdAt }) => createdAt)).toEqual(
          read.map(({ createdAt }) => createdAt).toSorted((a, b) => b.getTime() - a.getTime()),
        )
        const missed = before.filter((job) => !read.includes(job))
        expect(missed).toEqual([])
      }),
      { numRuns: 300 },
    )
  })

  test('continues if the last job of a page has left the list', async () => {
    const [one, other] = [createEngine('A', [1, 3, 3, 3, 5], 0), createEngine('B', [2, 3, 4], 0)]
    const { read } = await readAll(routerOf({ a: one.client, b: other.client }), 3, () => one.jobs.splice(1, 1))
    const names = ['A4', 'B2', 'A3', 'A2', 'A1', 'B1', 'B0', 'A0']
    expect(read.map(({ id }) => id)).toEqual(names.map((name) => idAt(name[0]!, Number(name[1]))))
  })

  // Engines list jobs as they arrived, and a job's time is that of its sender.
  test('has every job once if an engine lists jobs in another order than their senders’ clocks', async () => {
    const sent = fc.array(fc.integer({ min: 0, max: 20 }), { maxLength: 12 })
    await fc.assert(
      fc.asyncProperty(sent, sent, fc.integer({ min: 1, max: 5 }), async (a, b, limit) => {
        const [one, other] = [createEngine('A', [], 0), createEngine('B', [], 0)]
        a.forEach(one.add)
        b.forEach(other.add)
        const { read } = await readAll(routerOf({ a: one.client, b: other.client }), limit)
        expect(read.map(({ id }) => id).toSorted()).toEqual([...one.jobs, ...other.jobs].map(({ id }) => id).toSorted())
      }),
      { numRuns: 300 },
    )
  })

  test('reads one page of each engine for a page', async () => {
    const engines = { a: createEngine('A', [1, 2, 3], 0).client, b: createEngine('B', [4, 5, 6], 0).client }
    const lists = Object.values(engines).map((client) => vi.spyOn(client, 'listJobs'))
    const page = await routerOf(engines).listJobs({
      limit: 2,
      tenantId: 'acme',
      state: 'queued',
      event: 'order.created',
    })
    expect(page.jobs.map(({ id }) => id)).toEqual([idAt('B', 2), idAt('B', 1)])
    const filter = { limit: 2, tenantId: 'acme', state: 'queued', event: 'order.created' }
    for (const list of lists) expect(list.mock.calls).toEqual([[filter]])
  })

  test('names the engine that does not respond', async () => {
    const list = async () => {
      throw new RequestFailedError({ provider: 'x', operation: 'list jobs', problem: 'it is down' })
    }
    const down = createClient({ load: () => createFakeProvider({ list }) }, { jobs: [] })
    const router = routerOf({ up: createEngine('A', [1], 0).client, down })
    await expect(router.listJobs()).rejects.toMatchObject({ code: 'request_failed', provider: 'down' })
  })

  test.each([
    '',
    'after A',
    '5',
    'null',
    '[]5',
    '{"c":{}}',
    '{"a":5}',
    '{"a":{"page":5}}',
    '{"a":{"after":{"id":"x"}}}',
    '[]',
    '{"a":{"page":"after A","skip":1}}',
  ])('rejects the cursor %j', async (cursor) => {
    const router = routerOf({ a: createEngine('A', [1], 0).client })
    await expect(router.listJobs({ cursor })).rejects.toMatchObject({ code: 'invalid_option', option: 'cursor' })
  })

  test('of one tenant asks for its jobs only', async () => {
    const client = createEngine('A', [1], 0).client
    const list = vi.spyOn(client, 'listJobs')
    await routerOf({ a: client }).forTenant('acme').listJobs({ limit: 5 })
    expect(list).toHaveBeenCalledWith({ limit: 5, tenantId: 'acme' })
  })
})
