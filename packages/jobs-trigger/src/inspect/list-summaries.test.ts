import type { InspectQuery } from '@cgk-platform/jobs-core/provider'
import { describe, expect, test } from 'vitest'

import { createFakeApi } from '../../test/kit/fake-api.ts'
import type { EngineRun } from '../api/engine-shapes.ts'
import type { ListRunsQuery } from '../api/trigger-api.ts'
import { listSummaries } from './list-summaries.ts'

const at = (second: number) => new Date(Date.UTC(2026, 0, 1) + second * 1000)

/** An event's run that started runs of these definitions. */
function job(number: number, definitions: readonly string[], more: Partial<EngineRun> = {}): Partial<EngineRun> {
  const id = `run_${String(number).padStart(3, '0')}`
  const dispatched = Object.fromEntries(definitions.map((name) => [name, `${id}${name}`]))
  return {
    id,
    status: 'COMPLETED',
    tags: ['jobs', 'jobs:acme'],
    createdAt: at(number),
    startedAt: at(number),
    finishedAt: at(number),
    metadata: { jobSent: { tenantId: 'acme', at: at(number).getTime() }, job: { dispatched } },
    ...more,
  }
}

/** The run of a definition for a job. */
function child(jobNumber: number, name: string, more: Partial<EngineRun> = {}, retry = ''): Partial<EngineRun> {
  const jobId = `run_${String(jobNumber).padStart(3, '0')}`
  const startedAt = at(jobNumber).getTime()
  return {
    id: `${jobId}${retry}${name}`,
    taskIdentifier: `job-${name}`,
    status: 'COMPLETED',
    tags: ['tenant:acme', `job:${jobId}`],
    createdAt: new Date(startedAt + 1),
    startedAt: new Date(startedAt + 2),
    finishedAt: new Date(startedAt + 3),
    metadata: { job: { definition: name, attempt: 1, maxAttempts: 1, startedAt, output: 'none' } },
    ...more,
  }
}

const failed = (definition: string, message: string) => ({
  job: { definition, attempt: 2, maxAttempts: 2, startedAt: 0, failed: true, error: { name: 'Error', message } },
})

/** Lists from a server with these runs. Its cursor is the id of the last run of a page. */
async function list(query: Partial<InspectQuery>, runs: readonly Partial<EngineRun>[], readAt = at(3600)) {
  const queries: ListRunsQuery[] = []
  const api = createFakeApi(runs, {
    list(asked) {
      queries.push(asked)
      const tags = [asked.tag ?? []].flat()
      const found = [...api.runs.values()]
        .filter((run) => run.tags.some((tag) => tags.includes(tag)))
        .filter(({ createdAt }) => createdAt <= (asked.to ?? createdAt) && createdAt >= (asked.from ?? createdAt))
        .toSorted((a, b) => b.createdAt.getTime() - a.createdAt.getTime() || (a.id < b.id ? 1 : -1))
      const from = asked.after === undefined ? 0 : found.findIndex(({ id }) => id === asked.after) + 1
      const page = found.slice(from, from + asked.limit!)
      // The server sorts a page by the ids of its runs.
      const sorted = page.toSorted((a, b) => (a.id < b.id ? 1 : -1))
      return { runs: sorted, readAt, ...(from + asked.limit! < found.length && { next: page.at(-1)!.id }) }
    },
  })
  const page = await listSummaries({ order: 'newest', limit: 50, ...query }, { api, jobs: undefined })
  return { ...page, ids: page.jobs.map(({ id }) => id), queries }
}

/** Lists all pages, each with at most two requests. */
async function listAll(query: Partial<InspectQuery>, runs: readonly Partial<EngineRun>[]) {
  const pages: string[][] = []
  let cursor: string | undefined
  do {
    const page = await list({ ...query, ...(cursor !== undefined && { cursor }) }, runs)
    expect(page.queries.length).toBeLessThanOrEqual(2)
    pages.push(page.ids)
    cursor = page.cursor
  } while (cursor !== undefined && pages.length < 300)
  return { pages, ids: pages.flat() }
}

describe('a job with several definitions', () => {
  test('has the state, the definitions, the attempts and the newest error of its runs', async () => {
    const second = { status: 'FAILED', metadata: failed('b', 'no stock') } as const
    const { jobs, queries } = await list({}, [job(1, ['a', 'b']), child(1, 'a'), child(1, 'b', second)])
    expect(jobs).toMatchObject([
      {
        state: 'failed',
        definitionIds: ['a', 'b'],
        attempts: 2,
        error: { name: 'Error', message: 'no stock' },
        startedAt: new Date(0),
      },
    ])
    expect(queries).toMatchObject([
      { tag: 'jobs', limit: 50 },
      { tag: ['job:run_001'], from: at(1) },
    ])
  })

  test('has a queued run for one that the list does not show yet', async () => {
    const { jobs } = await list({}, [job(1, ['a', 'b']), child(1, 'a')])
    expect(jobs).toMatchObject([{ state: 'queued', definitionIds: ['a', 'b'] }])
  })

  test('is queued while the process of its run starts', async () => {
    const starting = child(1, 'a', { status: 'DEQUEUED', finishedAt: undefined, metadata: {} })
    const { jobs } = await list({}, [job(1, ['a']), starting])
    expect(jobs).toMatchObject([{ state: 'queued', attempts: 0 }])
  })

  test('runs while its own run still starts runs', async () => {
    const metadata = { jobSent: { tenantId: 'acme', at: 1 } }
    const open = job(1, [], { status: 'EXECUTING', finishedAt: undefined, metadata })
    const { jobs } = await list({}, [open, child(1, 'a')])
    expect(jobs).toMatchObject([{ state: 'running', definitionIds: ['a'] }])
  })

  test('is suspended while its only open run waits', async () => {
    const open = { startedAt: at(1), finishedAt: undefined }
    const runs = (status: EngineRun['status']) => [
      job(1, ['a', 'b']),
      child(1, 'a'),
      child(1, 'b', { status, ...open }),
    ]
    expect((await list({}, runs('WAITING'))).jobs).toMatchObject([{ state: 'running', isSuspended: true }])
    expect((await list({}, runs('EXECUTING'))).jobs[0]).not.toHaveProperty('isSuspended')
  })

  test('that was retried is what the retry is, and ignores runs that it did not start', async () => {
    const tags = ['jobs', 'jobs:acme', 'retried-by:run_r1', 'retried-by:run_foreign']
    const retry = { ...job(50, ['b']), id: 'run_r1', tags: ['tenant:acme', 'job:run_001'] }
    const metadata = { job: { dispatched: { b: 'run_001rb' } } }
    const runs = [
      job(1, ['a', 'b'], { tags }),
      child(1, 'a'),
      child(1, 'b', { status: 'FAILED', metadata: failed('b', 'no stock') }),
      { ...retry, metadata },
      child(1, 'b', { createdAt: at(51) }, 'r'),
      child(1, 'copied-in-the-dashboard', { status: 'FAILED' }),
    ]
    const { jobs } = await list({}, runs)
    expect(jobs).toMatchObject([{ state: 'completed', definitionIds: ['a', 'b'], attempts: 1 }])
    expect(jobs[0]).not.toHaveProperty('error')
  })
})

test('the error of a run that Trigger.dev ended, and the number of its attempts, are absent', async () => {
  const { jobs } = await list({}, [job(1, ['a']), child(1, 'a', { status: 'CRASHED' })])
  expect(jobs).toMatchObject([{ state: 'failed' }])
  expect(jobs[0]).not.toHaveProperty('error')
  expect(jobs[0]).not.toHaveProperty('attempts')
})

test('a run whose record is not complete yet has not ended; after a second, it has', async () => {
  const { finishedAt } = child(1, 'a')
  const ended = child(1, 'a', { metadata: {} })
  const readAfter = async (ms: number) => list({}, [job(1, ['a']), ended], new Date(finishedAt!.getTime() + ms))
  expect((await readAfter(999)).jobs).toMatchObject([{ state: 'running' }])
  expect((await readAfter(1000)).jobs).toMatchObject([{ state: 'completed', endedAt: finishedAt }])
  const open = { status: 'COMPLETED', metadata: { jobSent: { tenantId: 'acme', at: 1 } } } as const
  expect((await list({}, [job(1, [], open)], new Date(at(1).getTime() + 1))).jobs).toMatchObject([{ state: 'queued' }])
})

test('the message of an error has at most 500 characters', async () => {
  const metadata = failed('a', `${'x'.repeat(499)}\u{1F980}${'x'.repeat(100)}`)
  const { jobs } = await list({}, [job(1, ['a']), child(1, 'a', { status: 'FAILED', metadata })])
  expect(jobs[0]!.error!.message).toBe('x'.repeat(499))
})

describe('pages', () => {
  const names = ['a', 'b', 'c', 'd']
  const many = (count: number) => Array.from({ length: count }, (_, index) => index + 1)
  const idsOf = (numbers: readonly number[]) =>
    numbers.toReversed().map((number) => `run_${String(number).padStart(3, '0')}`)

  test('have as many jobs as their runs fit into one request', async () => {
    const numbers = many(120)
    const runs = numbers.flatMap((number) => [job(number, names), ...names.map((name) => child(number, name))])
    const { pages, ids } = await listAll({}, runs)
    expect(ids).toEqual(idsOf(numbers))
    expect(pages.slice(0, -1).every(({ length }) => length === 25)).toBe(true)
  })

  test('have only jobs whose runs are all known, if there are more runs than expected', async () => {
    const numbers = many(60)
    const hasMany = (number: number) => number % 2 === 0
    const started = many(10).map((number) => `x${number}`)
    const failing = (name: string) => (name === 'x3' ? { status: 'FAILED' as const, metadata: failed(name, 'no') } : {})
    const metadata = { jobSent: { tenantId: 'acme', at: 1 } } // it has not recorded which runs it has started
    const runs = numbers.flatMap((number) => {
      if (!hasMany(number)) return [job(number, [])]
      return [job(number, [], { metadata }), ...started.map((name) => child(number, name, failing(name)))]
    })
    expect((await listAll({ states: ['failed'] }, runs)).ids).toEqual(idsOf(numbers.filter(hasMany)))
    expect((await listAll({}, runs)).ids).toEqual(idsOf(numbers))
  })

  test('of jobs of the same millisecond have each once', async () => {
    const same = many(250).map((number) => job(number, [], { createdAt: at(0) }))
    expect((await listAll({ limit: 30 }, same)).ids).toEqual(idsOf(many(250)))
    expect((await listAll({ limit: 30, states: ['unhandled'] }, same)).ids).toEqual(idsOf(many(250)))
  })

  test('have the newest first, even if a server that was set back has given it a lower id', async () => {
    const runs = many(40).map((number) => job(number, [], { createdAt: at(1000 - number) }))
    expect((await listAll({ limit: 7, states: ['unhandled'] }, runs)).ids).toEqual(idsOf(many(40)).toReversed())
  })

  test('have jobs with one of the states only, from requests of 100', async () => {
    const runs = many(230).flatMap((number) => [
      job(number, ['a']),
      child(number, 'a', number % 100 === 0 ? { status: 'FAILED', metadata: failed('a', 'no') } : {}),
    ])
    const { pages, ids } = await listAll({ states: ['failed'], limit: 10 }, runs)
    expect(ids).toEqual(['run_200', 'run_100'])
    expect(pages).toHaveLength(3)
  })

  test.each([1, 7, 1000])('of %i jobs have jobs of one tenant only, also by reference', async (limit) => {
    const runs = many(30).map((number) => {
      const tenantId = number % 3 === 0 ? 'other' : 'acme'
      const references = number % 2 === 0 ? ['order_1'] : undefined
      const tags = ['jobs', `jobs:${tenantId}`, ...(references ? ['reference:order_1'] : [])]
      return job(number, [], { tags, metadata: { jobSent: { tenantId, at: 1, references }, job: { dispatched: {} } } })
    })
    const acme = many(30).filter((number) => number % 3 !== 0)
    expect((await listAll({ tenantId: 'acme', limit }, runs)).ids).toEqual(idsOf(acme))
    const found = (await listAll({ tenantId: 'acme', reference: 'order_1', limit }, runs)).ids
    expect(found).toEqual(idsOf(acme.filter((number) => number % 2 === 0)))
  })
})

describe('no job', () => {
  test('is a run with the tag of a tenant that another tenant sent, or that this library did not send', async () => {
    const foreign = job(1, [], { metadata: { jobSent: { tenantId: 'other', at: 1 }, job: { dispatched: {} } } })
    const { ids } = await list({ tenantId: 'acme' }, [foreign, job(2, [], { metadata: {} })])
    expect(ids).toEqual([])
  })

  test('is superseded here, which takes no request', async () => {
    expect(await list({ states: ['superseded'] }, [job(1, [])])).toMatchObject({ ids: [], queries: [] })
  })
})
