import { defineJob } from '@cgk-platform/jobs-core'
import { createClient } from '@cgk-platform/jobs-core/provider'
import { expect, it } from 'vitest'

import { createPostgresProvider } from '../../src/provider/postgres-provider.ts'
import { openDatabase } from '../kit/open-database.ts'
import { hasPgbouncer, startPgbouncer } from '@cgk-platform/test-kit/pgbouncer'

const work = defineJob({ id: 'work', event: 'order.created', handler: ({ payload }) => payload.orderId })

it('the health of a worker says that it listens', async () => {
  await using opened = await openDatabase()
  const provider = createPostgresProvider({ connectionString: opened.url, schema: opened.schema })
  const client = createClient({ load: () => provider }, { jobs: [work] })
  await client.start()
  const notifications = async () => (await client.healthCheck()).checks.find(({ name }) => name === 'notifications')
  await expect.poll(notifications).toMatchObject({ ok: true, message: expect.stringMatching(/^listening/) })
  await client.close()
})

it.runIf(hasPgbouncer)('a worker behind a transaction pooler polls, says so, and runs jobs', async () => {
  await using opened = await openDatabase()
  const pooler = await startPgbouncer(opened.url)
  const provider = createPostgresProvider({ connectionString: pooler.url, schema: opened.schema })
  const client = createClient({ load: () => provider }, { jobs: [work] })
  await client.start()
  const job = await client.sendJob('order.created', { tenantId: 'acme', orderId: 'o1' })
  expect(await client.waitForJob(job.id)).toMatchObject({ state: 'completed' })
  const { checks } = await client.healthCheck()
  expect(checks).toContainEqual({ name: 'notifications', ok: true, message: expect.stringMatching(/^polling/) })
  await client.close()
  await pooler.stop()
})
