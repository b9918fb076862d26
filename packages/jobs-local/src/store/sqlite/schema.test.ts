import { defineJob, type Definition } from '@cgk-platform/jobs-core'
import { createClient } from '@cgk-platform/jobs-core/provider'
import { expect, test } from 'vitest'

import { createEnvelope } from '../../../test/kit/stored-run.ts'
import { createTestFile } from '../../../test/kit/test-file.ts'
import '../../../test/kit/work.ts'
import { createLocalProvider } from '../../local-provider.ts'
import { addJobs } from './jobs-table.ts'
import { openFile } from './open-file.ts'
import { migrations } from './schema.ts'

test('a file of the first version keeps its jobs, runs them, and can then have references', async () => {
  const { path } = createTestFile()
  const before = openFile(path, { steps: migrations.slice(0, 1) })
  const old = createEnvelope({ event: 'work.requested', payload: { tenantId: 'acme' } })
  addJobs(before, [old], 0)
  before.close()

  const work = defineJob({ id: 'work', event: 'work.requested', handler: () => 'done' }) as unknown as Definition
  const client = createClient({ load: () => createLocalProvider({ path }) }, { jobs: [work] })
  const young = await client.sendJob('work.requested', { tenantId: 'acme' }, { reference: 'order_1' })
  for (const id of [old.id, young.id]) expect((await client.waitForJob(id)).runs).toMatchObject([{ output: 'done' }])
  expect((await client.listJobs({ reference: 'order_1' })).jobs.map(({ id }) => id)).toEqual([young.id])
  await client.close()
})
