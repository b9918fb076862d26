import { expect, test } from 'vitest'

import { createFakeProvider, jobStatus } from '../../test/kit/fake-provider.ts'
import { JobNotFoundError } from '../errors/job-not-found-error.ts'
import type { JobPage, ListQuery } from '../status/job-page.ts'
import type { JobState } from '../status/job-state.ts'
import { cancelJobs } from './cancel-jobs.ts'
import { createClient } from './create-client.ts'

const query = { reference: 'order_1', tenantId: 'acme', limit: 1000 }

/** Cancels the jobs of these pages. The cursor is the number of the next page. */
async function cancelAll(pages: readonly Record<string, JobState>[], failures: Record<string, Error> = {}) {
  const queries: ListQuery[] = []
  const cancelled: string[] = []
  const result = cancelJobs(query, {
    async list(page): Promise<JobPage> {
      queries.push(page)
      const next = Number(page.cursor ?? 0) + 1
      const jobs = Object.entries(pages[next - 1]!).map(([id, state]) => jobStatus({ id, state }))
      return { jobs, ...(next < pages.length && { cursor: String(next) }) }
    },
    async cancel(id) {
      if (failures[id]) throw failures[id]
      cancelled.push(id)
      return jobStatus({ id, state: id.startsWith('late') ? 'completed' : 'cancelled' })
    },
  }).catch((error: unknown) => error)
  return { result: await result, queries, cancelled }
}

test('cancels the open jobs of every page, each once, and returns their ids', async () => {
  const pages: Record<string, JobState>[] = [
    { a: 'queued', b: 'completed', c: 'running' },
    {},
    { c: 'running', d: 'retrying', e: 'failed', f: 'cancelled', g: 'scheduled' },
  ]
  const { result, queries, cancelled } = await cancelAll(pages)
  expect(result).toEqual(['a', 'c', 'd', 'g'])
  expect(cancelled).toEqual(['a', 'c', 'd', 'g'])
  expect(queries).toEqual([query, { ...query, cursor: '1' }, { ...query, cursor: '2' }])
})

test('omits a job that ended before its cancel, or was deleted', async () => {
  const gone = new JobNotFoundError({ jobId: 'gone', provider: 'fake' })
  expect((await cancelAll([{ late: 'running', gone: 'running', a: 'queued' }], { gone })).result).toEqual(['a'])
})

test('throws the first failure after all other jobs were cancelled', async () => {
  const failures = { a: new Error('first'), c: new Error('second') }
  const { result, cancelled } = await cancelAll(
    [
      { a: 'queued', b: 'queued' },
      { c: 'queued', d: 'queued' },
    ],
    failures,
  )
  expect(result).toBe(failures.a)
  expect(cancelled).toEqual(['b', 'd'])
})

test('an engine without references refuses them in sends, lists and cancels', async () => {
  const provider = createFakeProvider({ without: ['reference'] })
  const client = createClient({ load: () => provider }, { jobs: [] })
  const error = { code: 'unsupported_feature', feature: 'reference' }
  const order = { tenantId: 'acme', orderId: 'order_1' }
  await expect(client.sendJob('order.created', order, { reference: 'a' })).rejects.toMatchObject(error)
  await expect(client.listJobs({ reference: 'a' })).rejects.toMatchObject(error)
  await expect(client.cancelJobs({ reference: 'a' })).rejects.toMatchObject(error)
  await expect(client.forTenant('acme').cancelJobs({ reference: 'a' })).rejects.toMatchObject(error)
  expect(provider.sent).toEqual([])
})
