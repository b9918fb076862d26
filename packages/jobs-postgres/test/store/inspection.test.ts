import type { CountGroup } from '@cgk-platform/jobs-core/inspect'
import { createJobId, type InspectFilter, type InspectQuery } from '@cgk-platform/jobs-core/provider'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { ClockSkew } from '../../src/store/reads/clock-skew.ts'
import { countJobs } from '../../src/store/reads/count-jobs.ts'
import { listSummaries } from '../../src/store/reads/list-summaries.ts'
import { countOpenJobs, countWaiting, readStates } from '../../src/store/reads/open-work.ts'
import { listJobs } from '../../src/store/reads/read-jobs.ts'
import { addJob, addRun, type JobFixture, completed, held } from '../kit/fixtures.ts'
import { openDatabase, type TestDatabase } from '../kit/open-database.ts'

const start = Date.parse('2026-01-01T00:00:00Z')
const hostile = `tenant\0${'x'.repeat(300)}`
const failure = (message: string): string => JSON.stringify({ name: 'Error', message, stack: 'at invoice.ts' })

let base: TestDatabase
/** The names of the jobs by their ids. */
const names = new Map<string, string>()

beforeAll(async () => {
  base = await openDatabase()
  const { database } = base
  let at = start
  const add = async (name: string, fixture: JobFixture = {}): Promise<string> => {
    const id = await addJob(database, { sentAt: (at += 1000), ...fixture })
    names.set(id, name)
    return id
  }
  await addRun(database, { job: await add('completed'), ...completed, ended_at: start + 5000 })
  await addRun(database, {
    job: await add('failed'),
    ...completed,
    state: 'failed',
    error: failure('Card \u0000 DECLINED'),
  })
  const two = await add('two definitions', { references: ['order-7'] })
  await addRun(database, { job: two, ...completed, state: 'failed', error: failure('lost'), ended_at: start + 9000 })
  await addRun(database, { job: two, number: 2, definition: 'bill', ...held })
  const retried = await add('retried', { tenantId: 'other' })
  await addRun(database, { job: retried, tenant: 'other', ...completed, state: 'failed', error: failure('declined') })
  await addRun(database, { job: retried, tenant: 'other', number: 2, retry_of: 1, ...completed })
  await add('arrived', { isArriving: true, tenantId: hostile })
  await add('scheduled', { isArriving: true, runAt: at + 1e9, event: 'order.paid' })
  await add('unhandled', { state: 'unhandled', endedAt: start + 5000, event: 'order.paid' })
  await addRun(database, { job: await add('queued') })
  await addRun(database, { job: await add('asleep'), state: 'running', phase: 'waiting', pause: 'asleep', attempts: 1 })
  const payload = { text: 'x'.repeat(100_000) }
  await add('large', { payload, references: ['order-8'], state: 'cancelled', endedAt: start, runAt: at + 77 })
  await database.query("INSERT INTO {schema}.handled VALUES ('ship', 'order.placed'), ('bill', 'order.placed')")
})
afterAll(() => base.close())

async function list(query: Partial<InspectQuery> = {}): Promise<(string | undefined)[]> {
  const page = await listSummaries(base.database, { order: 'oldest', limit: 100, ...query })
  expect(page.cursor).toBeUndefined()
  return page.jobs.map(({ id }) => names.get(id))
}

describe('a list for inspection', () => {
  test('has the jobs in the order of their ids, page after page', async () => {
    const all = [...names.values()]
    expect(await list()).toEqual(all)
    expect(await list({ order: 'newest' })).toEqual(all.toReversed())
    const pages: (string | undefined)[][] = []
    for (let cursor: string | undefined; ;) {
      const page = await listSummaries(base.database, { order: 'newest', limit: 4, ...(cursor && { cursor }) })
      pages.push(page.jobs.map(({ id }) => names.get(id)))
      if (page.cursor === undefined) break
      expect(page.searchedTo).toBeInstanceOf(Date)
      cursor = page.cursor
    }
    expect(pages.map(({ length }) => length)).toEqual([4, 4, 2])
    expect(pages.flat()).toEqual(all.toReversed())
  })

  test('finds jobs by each state', async () => {
    expect(await list({ states: ['completed'] })).toEqual(['completed', 'retried'])
    expect(await list({ states: ['failed'] })).toEqual(['failed'])
    expect(await list({ states: ['running'] })).toEqual(['two definitions', 'asleep'])
    expect(await list({ states: ['queued'] })).toEqual(['arrived', 'queued'])
    expect(await list({ states: ['scheduled', 'unhandled'] })).toEqual(['scheduled', 'unhandled'])
    expect(await list({ states: ['cancelled'] })).toEqual(['large'])
    expect(await list({ states: ['expired'] })).toEqual([])
    expect(await list({ states: ['failed', 'completed'], tenantId: 'other' })).toEqual(['retried'])
    expect(await list({ states: ['failed'], tenantId: 'other' })).toEqual([])
    expect(await list({ states: ['queued'], tenantId: hostile })).toEqual(['arrived'])
  })

  test('finds jobs by their facts', async () => {
    expect(await list({ reference: 'order-7' })).toEqual(['two definitions'])
    expect(await list({ reference: 'order-7', tenantId: 'other' })).toEqual([])
    expect(await list({ event: 'order.paid' })).toEqual(['scheduled', 'unhandled'])
    expect(await list({ event: 'order.paid', tenantId: 'acme' })).toEqual(['scheduled', 'unhandled'])
    expect(await list({ definitionId: 'bill' })).toEqual(['two definitions'])
    expect(await list({ definitionId: 'bill', tenantId: 'other' })).toEqual([])
    expect(await list({ since: start + 9000 })).toEqual(['asleep', 'large'])
    expect(await list({ until: start + 3000 })).toEqual(['completed', 'failed'])
    expect(await list({ endedSince: start + 1, endedUntil: start + 5001 })).toEqual(['completed', 'unhandled'])
    expect(await list({ errorText: 'declined' })).toEqual(['failed', 'retried'])
    expect(await list({ errorText: 'Declined', tenantId: 'other' })).toEqual(['retried'])
    expect(await list({ errorText: 'invoice' })).toEqual([])
  })

  test('tells all but the payload of a large job', async () => {
    const { jobs } = await listSummaries(base.database, { order: 'oldest', limit: 1, reference: 'order-8' })
    const sentAt = start + 10_000
    expect(jobs[0]).toMatchObject({
      tenantId: 'acme',
      references: ['order-8'],
      createdAt: new Date(sentAt),
      scheduledFor: new Date(start + 9_077),
    })
  })

  test('tells names that PostgreSQL cannot store', async () => {
    const { jobs } = await listSummaries(base.database, { order: 'oldest', limit: 1, tenantId: hostile })
    expect(jobs[0]!.tenantId).toBe(hostile)
    const { groups } = await countJobs(base.database, {}, 'tenant')
    expect(new Map(groups.map(({ key, count }) => [key, count]))).toEqual(
      new Map([
        ['acme', 8],
        ['other', 1],
        [hostile, 1],
      ]),
    )
  })
})

test('a job is found by the time of its send, even if the clock of its sender was wrong', async () => {
  const { database } = base
  const now = Date.now()
  const skew = new ClockSkew(database, { now: () => now })
  const near = createJobId(now + 1000)
  const ahead = createJobId(now + 600_000)
  expect(skew.note([{ id: near }])).toBeUndefined()
  await skew.note([{ id: ahead }])
  await addJob(database, { id: ahead, sentAt: now, tenantId: 'skewed' })
  names.set(ahead, 'ahead')
  expect(await list({ tenantId: 'skewed', until: now + 1 })).toEqual(['ahead'])
  expect(await list({ tenantId: 'skewed', since: now + 1 })).toEqual([])
  await database.query('DELETE FROM {schema}.jobs WHERE id = $1', [ahead])
  names.delete(ahead)
})

test('many jobs of an event are merged from those of its tenants', async () => {
  const { database } = base
  const count = 6000
  const id = "'01KDV' || lpad(n::text, 21, '0')"
  const each = `FROM generate_series(1, ${count}) n`
  await database.query(
    `INSERT INTO {schema}.jobs (id, tenant, event, envelope, sent_at, state, ended_at) ` +
      `SELECT ${id}, 'many-' || n % 3, 'many', '{}', n, 'unhandled', 1 ${each}`,
  )
  const ids: string[] = []
  for (let cursor: string | undefined; ;) {
    const page = await listSummaries(database, {
      event: 'many',
      order: 'newest',
      limit: 1000,
      ...(cursor && { cursor }),
    })
    ids.push(...page.jobs.map((job) => job.id))
    cursor = page.cursor
    if (cursor === undefined) break
  }
  expect(ids).toEqual(Array.from({ length: count }, (_, n) => `01KDV${String(count - n).padStart(21, '0')}`))
  await database.query("DELETE FROM {schema}.jobs WHERE event = 'many'")
})

test('counts have the groups of the jobs that match', async () => {
  const count = async (filter: InspectFilter, by: CountGroup | undefined) => {
    const { count: all, isExact, groups } = await countJobs(base.database, filter, by)
    return { all, isExact, groups: Object.fromEntries(groups.map(({ key, count: of }) => [key, of])) }
  }
  expect(await count({}, undefined)).toEqual({ all: 10, isExact: true, groups: {} })
  expect(await count({}, 'state')).toEqual({
    all: 10,
    isExact: true,
    groups: { completed: 2, failed: 1, running: 2, queued: 2, scheduled: 1, unhandled: 1, cancelled: 1 },
  })
  expect((await count({}, 'definition')).groups).toEqual({ ship: 6, bill: 1 })
  expect((await count({ states: ['running'] }, 'event')).groups).toEqual({ 'order.placed': 2 })
  expect(await count({ errorText: 'declined' }, 'definition')).toEqual({ all: 2, isExact: true, groups: { ship: 2 } })
  expect(await count({ states: ['expired'] }, 'state')).toEqual({ all: 0, isExact: true, groups: {} })
})

test('a list has whole jobs, newest first', async () => {
  const { jobs, cursor } = await listJobs(base.database, { limit: 2, state: 'running' })
  expect(jobs.map(({ envelope }) => names.get(envelope.id))).toEqual(['asleep', 'two definitions'])
  expect(jobs[1]!.runs.map(({ definitionId }) => definitionId)).toEqual(['ship', 'bill'])
  expect(cursor).toBeUndefined()
  const first = await listJobs(base.database, { limit: 1, tenantId: 'acme' })
  expect(first.cursor).toBe(first.jobs[0]!.envelope.id)
  const second = await listJobs(base.database, { limit: 1, tenantId: 'acme', cursor: first.cursor! })
  expect(second.jobs.map(({ envelope }) => names.get(envelope.id))).toEqual(['asleep'])
})

test('open work is counted', async () => {
  expect(await countOpenJobs(base.database, 100)).toBe(5)
  expect(await countOpenJobs(base.database, 2)).toBe(2)
  expect(await countWaiting(base.database, 10)).toEqual(new Map([['ship', 1]]))
  await base.database.query(
    "INSERT INTO {schema}.pauses (kind, id, name, since) VALUES ('definition', 'ship', '\"ship\"', 0)",
  )
  expect(await countWaiting(base.database, 10)).toEqual(new Map())
})

test('each state of a job has a string of its own', async () => {
  const id = await addJob(base.database, { isArriving: true, tenantId: 'states' })
  const seen = new Set<string | undefined>()
  const see = async (): Promise<unknown> => seen.add((await readStates(base.database, [id])).get(id))
  await see()
  await base.database.query('DELETE FROM {schema}.arrivals WHERE job = $1', [id])
  await addRun(base.database, { job: id, tenant: 'states', ...held })
  await see()
  await base.database.query(
    "INSERT INTO {schema}.steps (job, run, key, position, record) VALUES ($1, 1, 'a', 0, '{}')",
    [id],
  )
  await see()
  await base.database.query('UPDATE {schema}.runs SET attempts = 2 WHERE job = $1', [id])
  await see()
  expect(seen.size).toBe(4)
})
