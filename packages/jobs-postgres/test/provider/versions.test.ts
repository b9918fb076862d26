import { createClient } from '@cgk-platform/jobs-core/provider'
import { createRecordedLogger } from '@cgk-platform/test-kit/recorded-logger'
import type { JobClient } from '@cgk-platform/jobs-core'
import { expect, it, onTestFinished } from 'vitest'

import { migrate } from '../../src/database/migrate.ts'
import { createPostgresProvider } from '../../src/provider/postgres-provider.ts'
import { openDatabase, type TestDatabase } from '../kit/open-database.ts'
import { contracted, expanded } from '../kit/schemas.ts'
import { defineWork, work } from '../kit/work.ts'

// The clients are of the previous version. The schema is migrated to later ones while they work.

function open({ url, schema }: TestDatabase, role: 'send' | 'both'): JobClient {
  const provider = createPostgresProvider({ connectionString: url, schema, role })
  const jobs = role === 'send' ? [] : defineWork()
  const logger = createRecordedLogger()
  const client = createClient({ load: () => provider }, { jobs, logger })
  onTestFinished(() => client.close({ timeout: 0 }))
  return client
}

it('workers and senders continue while a later version migrates, and start again afterwards', async () => {
  await using opened = await openDatabase()
  const clients = [open(opened, 'both'), open(opened, 'send')]
  await Promise.all(clients.map(work))
  const working = Promise.all(clients.map(work))
  await migrate(opened.database, false, expanded)
  await working
  const all = [...clients, open(opened, 'both'), open(opened, 'send')]
  await Promise.all(all.map(work))
  const { checks } = await all[2]!.healthCheck()
  expect(checks).toContainEqual({
    name: 'schema',
    ok: true,
    message: expect.stringMatching(/has schema version \d+; this process is of version \d+, and can use it/),
  })
})

it('after a step that they cannot share, they say so, also if they were running', async () => {
  await using opened = await openDatabase()
  const clients = [open(opened, 'both'), open(opened, 'send')]
  await Promise.all(clients.map(work))
  await migrate(opened.database, false, contracted)
  for (const client of [...clients, open(opened, 'both'), open(opened, 'send')]) {
    await expect(client.sendJob('work.asked', { tenantId: 'acme' })).rejects.toMatchObject({
      cause: { problem: 'newer', message: expect.stringContaining('Upgrade this package in this process') },
    })
  }
})
