import type { ListQuery } from '@cgk-platform/jobs-core/provider'
import { describe, expect, test } from 'vitest'

import { createFakeApi, type FakeAnswers } from '../../test/kit/fake-api.ts'
import { createFakeClock } from '../../test/kit/fake-clock.ts'
import type { EngineRun } from '../api/engine-shapes.ts'
import type { ListRunsQuery } from '../api/trigger-api.ts'
import { createJobReader } from './job-reader.ts'
import { listJobs } from './list-jobs.ts'

function run(number: number, more: Partial<EngineRun> = {}, tenantId = 'acme'): Partial<EngineRun> {
  const envelope = { v: 1, id: 'x', event: 'work.asked', tenantId, payload: { tenantId }, sentAt: 1000 }
  return { id: `run_${number}`, status: 'COMPLETED', payload: { envelope }, ...more }
}

/** A list of these runs, whose cursor is the place to go on from. */
async function list(query: Partial<ListQuery>, runs: readonly Partial<EngineRun>[], answers?: FakeAnswers) {
  const queries: ListRunsQuery[] = []
  const api = createFakeApi(runs, {
    ...answers,
    list(asked) {
      queries.push(asked)
      const from = Number(asked.after ?? 0)
      const to = from + asked.limit!
      const page = [...api.runs.values()].slice(from, to)
      return { runs: page, ...(to < runs.length && { next: String(to) }) }
    },
  })
  const clock = createFakeClock()
  const reader = createJobReader({ api, clock, jobs: () => undefined })
  const page = await clock.finish(listJobs({ limit: 10, ...query }, api, reader))
  return { ids: page.jobs.map(({ id }) => id), cursor: page.cursor, queries }
}

test('the runs that stand for jobs are looked for, and each is read', async () => {
  const { ids, cursor, queries } = await list({}, [run(2), run(1)])
  expect(ids).toEqual(['run_2', 'run_1'])
  expect(cursor).toBeUndefined()
  expect(queries).toEqual([{ tag: 'jobs', limit: 10 }])
})

test("a tenant's are looked for by a tag of its own, and an event's by its task", async () => {
  const { queries } = await list({ tenantId: 'acme', event: 'work.asked' }, [])
  expect(queries).toEqual([{ tag: 'jobs:acme', taskIdentifier: 'event-work__asked', limit: 10 }])
})

test("a run that has the tag of a tenant and another's payload is not told to it", async () => {
  expect((await list({ tenantId: 'acme' }, [run(1, {}, 'other'), run(2)])).ids).toEqual(['run_2'])
})

test('a job that cannot be read fails the list, which leaves none out', async () => {
  const retrieve = () => Promise.reject(new Error('not allowed'))
  await expect(list({}, [run(1)], { retrieve })).rejects.toThrow('not allowed')
})

describe('a page', () => {
  const many = Array.from({ length: 25 }, (_, number) => run(number))

  test('of more than Trigger.dev tells at once is read in parts', async () => {
    const { ids, queries } = await list(
      { limit: 250 },
      Array.from({ length: 230 }, (_, number) => run(number)),
    )
    expect(ids).toHaveLength(230)
    expect(queries.map(({ limit }) => limit)).toEqual([100, 100, 50])
  })

  test('of a state is filled from the pages behind it', async () => {
    const runs = many.map((one, index) => (index % 5 === 0 ? { ...one, status: 'EXPIRED' as const } : one))
    const { ids, cursor, queries } = await list({ state: 'expired', limit: 3 }, runs)
    expect(ids).toEqual(['run_0', 'run_5', 'run_10'])
    expect(cursor).toBe('11')
    expect(queries.map(({ limit }) => limit)).toEqual([3, 2, 2, 1, 1, 1, 1])
  })

  test('may be short and have a cursor, where too many are of other states', async () => {
    const { ids, cursor, queries } = await list({ state: 'failed', limit: 1 }, many)
    expect([ids, cursor, queries.length]).toEqual([[], '20', 20])
  })

  test('leaves out what cannot be read as a job', async () => {
    const { ids } = await list({}, [run(1, { taskIdentifier: 'my-own-task' }), run(2)])
    expect(ids).toEqual(['run_2'])
  })
})
