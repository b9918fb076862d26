import { createClient } from '@cgk-platform/jobs-core/provider'
import { defineJob } from '@cgk-platform/jobs-core'
import { createRecordedLogger } from '@cgk-platform/test-kit/recorded-logger'
import { expect, test } from 'vitest'

import { createPostgresProvider } from '../../src/provider/postgres-provider.ts'
import { addJob, addRun } from '../kit/fixtures.ts'
import { openDatabase } from '../kit/open-database.ts'

test('jobs that cannot be begun do not keep others from it', async () => {
  await using opened = await openDatabase()
  const { database, url: connectionString, schema } = opened
  const arriving = { event: 'order.created', isArriving: true }
  const bad = [await addJob(database, arriving), await addJob(database, arriving)]
  // They have runs already, so that others are refused.
  for (const job of bad) await addRun(database, { job, phase: 'waiting', state: 'scheduled' })
  const logger = createRecordedLogger()
  const job = defineJob({ id: 'ship', event: 'order.created', handler: async () => 'shipped' })
  const provider = createPostgresProvider({ connectionString, schema })
  const client = createClient({ load: () => provider }, { jobs: [job], logger })
  const ids = await Promise.all(
    ['1', '2', '3'].map(async (orderId) => (await client.sendJob('order.created', { tenantId: 'acme', orderId })).id),
  )
  for (const id of ids) expect(await client.waitForJob(id)).toMatchObject({ state: 'completed' })
  const waiting = () => database.query('SELECT job FROM {schema}.arrivals WHERE due_at IS NOT NULL ORDER BY job')
  await expect.poll(waiting).toEqual(bad.toSorted().map((id) => ({ job: id })))
  const told = logger.lines.filter(({ level, message }) => level === 'error' && message.includes('cannot be begun'))
  expect(new Set(told.map(({ fields }) => fields['jobId']))).toEqual(new Set(bad))
  expect(told).toHaveLength(2)
  await client.close()
})
