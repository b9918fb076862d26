import { defineJob, defineWorkflow } from '@cgk-platform/jobs-core'
import { createClient } from '@cgk-platform/jobs-core/provider'
import { createRecordedLogger } from '@cgk-platform/test-kit/recorded-logger'
import '@cgk-platform/test-kit/work'
import { expect, test, vi } from 'vitest'

import { createPostgresProvider } from '../../src/provider/postgres-provider.ts'
import { openDatabase } from '../kit/open-database.ts'

test('no job is lost and none starts twice while connections end', async () => {
  await using opened = await openDatabase()
  const { database, url: connectionString, schema } = opened
  const starts = new Map<string, number>()
  const count = (key: string): void => void starts.set(key, (starts.get(key) ?? 0) + 1)
  const job = defineJob({
    id: 'work',
    event: 'work.requested',
    concurrency: { limit: 7 },
    handler: ({ payload }) => count(`work ${payload.number}`),
  })
  const flow = defineWorkflow({
    id: 'flow',
    event: 'work.requested',
    async steps({ payload }, step) {
      await step.run('one', () => count(`one ${payload.number}`))
      await step.sleep('pause', 20)
      await step.run('two', () => count(`two ${payload.number}`))
    },
  })
  const clients = [1, 2].map(() => {
    const provider = createPostgresProvider({ connectionString, schema, concurrency: 20 })
    return createClient({ load: () => provider }, { jobs: [job, flow], logger: createRecordedLogger() })
  })
  await Promise.all(clients.map((client) => client.healthCheck()))
  const ids: string[] = []
  const openJobs = async (): Promise<number> => {
    const sql = 'SELECT (SELECT count(*) FROM {schema}.arrivals) + (SELECT count(*) FROM {schema}.open_runs) AS open'
    const [row] = await database.query<{ open: number }>(sql)
    return row!.open
  }

  for (let round = 0; round < 100; round++) {
    // A send whose connection ends has happened or not: the error says that it may have.
    const client = clients[round % 2]!
    const { id } = await client.sendJob('work.requested', { tenantId: 'acme', number: round }).catch(() => ({ id: '' }))
    if (id !== '') ids.push(id)
    if (round % 5 > 0) continue
    await database.query(
      'SELECT pg_terminate_backend(pid) FROM (SELECT pid FROM pg_stat_activity WHERE pid <> pg_backend_pid() ' +
        "AND backend_type = 'client backend' AND query LIKE '%' || $1 || '%' ORDER BY state_change DESC LIMIT 1) b",
      [schema],
    )
  }
  await vi.waitFor(async () => expect(await openJobs()).toBe(0), { timeout: 60_000 })

  for (const id of ids) expect(await clients[0]!.getJobStatus(id)).toMatchObject({ state: 'completed' })
  expect([...starts.values()].filter((value) => value !== 1)).toEqual([])
  for (const client of clients) await client.close()
})
