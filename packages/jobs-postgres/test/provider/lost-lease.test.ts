import { defineJob } from '@cgk-platform/jobs-core'
import { LeaseLostError } from '@cgk-platform/jobs-core/errors'
import { createClient } from '@cgk-platform/jobs-core/provider'
import { createRecordedLogger } from '@cgk-platform/test-kit/recorded-logger'
import '@cgk-platform/test-kit/work'
import { expect, test, vi } from 'vitest'

import { createPostgresProvider } from '../../src/provider/postgres-provider.ts'
import { openDatabase } from '../kit/open-database.ts'

test('a run whose worker lost its lease begins again, and the first attempt records nothing', async () => {
  await using opened = await openDatabase()
  const { database, url: connectionString, schema } = opened
  const aborts: unknown[] = []
  const ends: (() => void)[] = []
  const job = defineJob({
    id: 'work',
    event: 'work.requested',
    // It ignores its signal, and returns as late as the test says.
    handler: async (_event, { signal, attempt }) => {
      const number = ends.length + 1
      signal.addEventListener('abort', () => aborts.push(signal.reason))
      await new Promise<void>((resolve) => ends.push(resolve))
      return { number, attempt }
    },
  })
  const clients = [1, 2].map(() => {
    const provider = createPostgresProvider({ connectionString, schema, lease: '1s' })
    return createClient({ load: () => provider }, { jobs: [job], logger: createRecordedLogger() })
  })
  const { id } = await clients[0]!.sendJob('work.requested', { tenantId: 'acme' })
  await vi.waitFor(() => expect(ends).toHaveLength(1), 60_000)
  const [run] = await database.query<{ worker: number }>('SELECT worker FROM {schema}.runs')

  await clients[1]!.healthCheck()
  await vi.waitFor(async () => expect(await clients[1]!.inspect.listWorkers()).toHaveLength(2), 60_000)

  // From now on, its heartbeats come too late.
  await database.query('UPDATE {schema}.workers SET lease_ms = 1, heartbeat_at = heartbeat_at - 9000 WHERE id = $1', [
    run!.worker,
  ])

  await vi.waitFor(() => expect(ends).toHaveLength(2), { timeout: 60_000 })
  await vi.waitFor(() => expect(aborts).toEqual([expect.any(LeaseLostError)]), { timeout: 60_000 })
  ends[0]!()
  ends[1]!()
  const { runs } = await clients[1]!.waitForJob(id)
  expect(runs).toMatchObject([{ state: 'completed', output: { number: 2 } }])
  expect(await database.query('SELECT id FROM {schema}.leftovers')).toEqual([])
  for (const client of clients) await client.close()
})
