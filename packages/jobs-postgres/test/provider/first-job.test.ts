import { createClient } from '@cgk-platform/jobs-core/provider'
import { defineJob } from '@cgk-platform/jobs-core'
import { expect, it } from 'vitest'

import { createPostgresProvider } from '../../src/provider/postgres-provider.ts'
import { openDatabase } from '../kit/open-database.ts'

it('runs a job', async () => {
  await using opened = await openDatabase()
  const done: string[] = []
  const job = defineJob({
    id: 'work',
    event: 'order.created',
    handler: ({ payload }) => void done.push(payload.orderId),
  })
  const provider = createPostgresProvider({ connectionString: opened.url, schema: opened.schema })
  const client = createClient({ load: () => provider }, { jobs: [job] })
  const { id } = await client.sendJob('order.created', { tenantId: 'acme', orderId: 'order-1' })
  const status = await client.waitForJob(id)
  expect(status.state).toBe('completed')
  expect(done).toEqual(['order-1'])
  expect(await client.healthCheck()).toMatchObject({ ok: true })
  await client.close()
})
