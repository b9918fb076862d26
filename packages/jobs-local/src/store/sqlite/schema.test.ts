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

test('runs that wait in a file without keys begin under limits for each key, and new runs have their keys', async () => {
  const { path } = createTestFile()
  const before = openFile(path, { steps: migrations.slice(0, 5) })
  const old = ['a', 'b', 'c'].map(() => createEnvelope({ event: 'work.requested', payload: { tenantId: 'acme' } }))
  addJobs(before, old, 0)
  before.run("UPDATE cgk_jobs SET state = 'taken'")
  before.run(
    'INSERT INTO cgk_runs (run, definition_id, tenant, state, phase, max_attempts) ' +
      "SELECT seq << 20 | 1, 'work', tenant, 'queued', 1, 3 FROM cgk_jobs",
  )
  before.close()

  const running = { now: 0, max: 0, ended: 0 }
  const work = defineJob({
    id: 'work',
    event: 'work.requested',
    concurrency: { key: 'store', limit: 1 },
    throttle: { key: 'store', limit: 1000, period: '1s' },
    handler: async () => {
      running.max = Math.max(running.max, ++running.now)
      await new Promise((resolve) => setImmediate(resolve))
      running.now--
      running.ended++
    },
  }) as unknown as Definition
  const client = createClient({ load: () => createLocalProvider({ path }) }, { jobs: [work] })
  await client.start()
  for (const { id } of old) expect((await client.waitForJob(id)).state).toBe('completed')
  // Runs without a value share one limit.
  expect(running).toEqual({ now: 0, max: 1, ended: 3 })
  const young = await Promise.all(
    ['x', 'y'].map(async (store) => {
      const payload = { tenantId: 'acme', store }
      return (await client.sendJob('work.requested', payload)).id
    }),
  )
  for (const id of young) await client.waitForJob(id)
  await client.close()
  const after = openFile(path)
  const keys = after.all<{ key: string }>('SELECT concurrency_key AS key FROM cgk_runs ORDER BY run')
  after.close()
  expect(keys.map(({ key }) => key)).toEqual(['', '', '', '=x', '=y'])
})
