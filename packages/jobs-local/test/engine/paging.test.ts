import { defineJob, type JobClient, type ListOptions } from '@cgk-platform/jobs-core'
import { createClient, type Envelope } from '@cgk-platform/jobs-core/provider'
import { createRecordedLogger } from '@cgk-platform/test-kit/recorded-logger'
import '@cgk-platform/test-kit/work'
import { describe, expect, test } from 'vitest'

import { createLocalProvider } from '../../src/provider/local-provider.ts'
import { createTestEngine, type TestEngine } from '../../src/testing/index.ts'

const work = defineJob({ id: 'work', event: 'work.requested', handler: () => undefined })

async function send(engine: TestEngine, ...tenantIds: string[]): Promise<string[]> {
  const results = await engine.client.sendJobs(
    tenantIds.map((tenantId) => ({ event: 'work.requested', payload: { tenantId } })),
  )
  return results.map((result) => (result.ok ? result.job.id : expect.unreachable()))
}

/** Reads all pages of a list, and calls a function after each. */
async function allPages(
  list: (options: ListOptions) => ReturnType<JobClient['listJobs']>,
  between: () => Promise<unknown> = async () => undefined,
): Promise<string[]> {
  const ids: string[] = []
  let cursor: string | undefined
  do {
    const page = await list({ limit: 3, ...(cursor !== undefined && { cursor }) })
    ids.push(...page.jobs.map(({ id }) => id))
    cursor = page.cursor
    await between()
  } while (cursor !== undefined)
  return ids
}

describe('paging through jobs', () => {
  test('continues if the last job of a page was deleted in between', async () => {
    const engine = createTestEngine({ jobs: [work], config: { retention: { count: 8 } } })
    const ids = await send(engine, ...Array.from({ length: 8 }, () => 'acme'))
    await engine.settle()
    const listed = await allPages(engine.client.listJobs, async () => {
      await send(engine, 'acme', 'acme')
      await engine.settle()
    })
    // Each page deletes the two oldest jobs. The others are listed once.
    expect(listed).toEqual(ids.toReversed().slice(0, listed.length))
    expect(listed.length).toBeLessThan(8)
  })

  test('reveals no job in its cursor that the reader does not know', async () => {
    const engine = createTestEngine({ jobs: [work] })
    await send(engine, ...Array.from({ length: 20 }, () => 'globex'), 'acme', 'acme', 'acme')
    const { jobs, cursor } = await engine.client.forTenant('acme').listJobs({ limit: 2 })
    expect(cursor).toBe(jobs.at(-1)!.id)
  })

  test('orders jobs by id, regardless of the order of the sends', async () => {
    const provider = createLocalProvider()
    const client = createClient({ load: () => provider }, { jobs: [work], logger: createRecordedLogger() })
    await client.capabilities()
    const ids = ['3', '1', '5', '2', '4'].map((last) => `01KDVDNA00893V0CXC8WVJQMX${last}`)
    await provider.send(
      ids.map((id): Envelope => ({
        v: 1,
        id,
        event: 'work.ignored',
        tenantId: 'acme',
        payload: { tenantId: 'acme' },
        sentAt: 0,
      })),
    )
    const listed = await allPages(client.listJobs)
    expect(listed.map((id) => id.at(-1))).toEqual(['5', '4', '3', '2', '1'])
    await client.close()
  })
})
