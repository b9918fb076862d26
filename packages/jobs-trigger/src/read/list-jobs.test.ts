import type { ListQuery } from '@cgk-platform/jobs-core/provider'
import { describe, expect, test } from 'vitest'

import { createFakeApi, type FakeResponses } from '../../test/kit/fake-api.ts'
import { createFakeClock } from '../../test/kit/fake-clock.ts'
import type { EngineRun } from '../api/engine-shapes.ts'
import type { ListRunsQuery } from '../api/trigger-api.ts'
import { createJobReader } from './job-reader.ts'
import { listJobs } from './list-jobs.ts'

function run(number: number, more: Partial<EngineRun> = {}, tenantId = 'acme'): Partial<EngineRun> {
  const envelope = { v: 1, id: 'x', event: 'work.asked', tenantId, payload: { tenantId }, sentAt: 1000 }
  return { id: `run_${number}`, status: 'COMPLETED', payload: { envelope }, ...more }
}

/** Lists these runs. The cursor is the index of the next run. */
async function list(query: Partial<ListQuery>, runs: readonly Partial<EngineRun>[], responses?: FakeResponses) {
  const queries: ListRunsQuery[] = []
  const api = createFakeApi(runs, {
    ...responses,
    list(runsQuery) {
      queries.push(runsQuery)
      const from = Number(runsQuery.after ?? 0)
      const to = from + runsQuery.limit!
      const page = [...api.runs.values()].slice(from, to)
      return { runs: page, ...(to < runs.length && { next: String(to) }) }
    },
  })
  const clock = createFakeClock()
  const reader = createJobReader({ api, clock, jobs: () => undefined })
  const page = await clock.finish(listJobs({ limit: 10, ...query }, api, reader))
  return { ids: page.jobs.map(({ id }) => id), cursor: page.cursor, queries }
}

test('lists the runs that represent jobs, and reads each', async () => {
  const { ids, cursor, queries } = await list({}, [run(2), run(1)])
  expect(ids).toEqual(['run_2', 'run_1'])
  expect(cursor).toBeUndefined()
  expect(queries).toEqual([{ tag: 'jobs', limit: 10 }])
})

test('filters by the tag of a tenant and by the task of an event', async () => {
  const { queries } = await list({ tenantId: 'acme', event: 'work.asked' }, [])
  expect(queries).toEqual([{ tag: 'jobs:acme', taskIdentifier: 'event-work__asked', limit: 10 }])
})

test("omits a run with the tag of a tenant and another tenant's payload", async () => {
  expect((await list({ tenantId: 'acme' }, [run(1, {}, 'other'), run(2)])).ids).toEqual(['run_2'])
})

test('filters by the tag of a reference, and reads no job of another tenant', async () => {
  const referring = (number: number, tenantId: string, reference: string) => {
    const envelope = {
      v: 1,
      id: 'x',
      event: 'work.asked',
      tenantId,
      payload: {},
      sentAt: 1000,
      references: [reference],
    }
    return run(number, { payload: { envelope }, tags: ['jobs', `jobs:${tenantId}`, `reference:${reference}`] })
  }
  const runs = [referring(1, 'acme', 'order_1'), referring(2, 'other', 'order_1'), referring(3, 'acme', 'order_2')]
  const read: string[] = []
  const retrieve: FakeResponses['retrieve'] = (found, id) => {
    read.push(id)
    return found
  }
  const { ids, queries } = await list({ tenantId: 'acme', reference: 'order_1' }, runs, { retrieve })
  expect(queries).toEqual([{ tag: 'reference:order_1', limit: 10 }])
  expect(ids).toEqual(['run_1'])
  expect(read).not.toContain('run_2')
})

test('fails if a job cannot be read', async () => {
  const retrieve = () => Promise.reject(new Error('not allowed'))
  await expect(list({}, [run(1)], { retrieve })).rejects.toThrow('not allowed')
})

describe('a page', () => {
  const many = Array.from({ length: 25 }, (_, number) => run(number))

  test('over the maximum page size is read in parts', async () => {
    const { ids, queries } = await list(
      { limit: 250 },
      Array.from({ length: 230 }, (_, number) => run(number)),
    )
    expect(ids).toHaveLength(230)
    expect(queries.map(({ limit }) => limit)).toEqual([100, 100, 50])
  })

  test('with a state filter is filled from the next pages', async () => {
    const runs = many.map((one, index) => (index % 5 === 0 ? { ...one, status: 'EXPIRED' as const } : one))
    const { ids, cursor, queries } = await list({ state: 'expired', limit: 3 }, runs)
    expect(ids).toEqual(['run_0', 'run_5', 'run_10'])
    expect(cursor).toBe('11')
    expect(queries.map(({ limit }) => limit)).toEqual([3, 2, 2, 1, 1, 1, 1])
  })

  test('may be short and have a cursor if too many jobs have other states', async () => {
    const { ids, cursor, queries } = await list({ state: 'failed', limit: 1 }, many)
    expect([ids, cursor, queries.length]).toEqual([[], '20', 20])
  })

  test('omits runs that are not jobs', async () => {
    const { ids } = await list({}, [run(1, { taskIdentifier: 'my-own-task' }), run(2)])
    expect(ids).toEqual(['run_2'])
  })
})
