import { defineJob, type Definition } from '@cgk-platform/jobs-core'
import type { InspectListOptions } from '@cgk-platform/jobs-core/inspect'
import { createClient, type Envelope, encodeEnvelope } from '@cgk-platform/jobs-core/provider'
import '@cgk-platform/test-kit/work'
import { expect, test } from 'vitest'

import { createEnvelope } from '../../../../test/kit/stored-run.ts'
import { createTestFile } from '../../../../test/kit/test-file.ts'
import { createLocalProvider } from '../../../provider/local-provider.ts'
import type { Connection } from './connection.ts'
import { openFile } from './open-file.ts'
import { migrations } from './schema.ts'

/** Writes jobs as an earlier version did. */
function addOld(connection: Connection, envelopes: readonly Envelope[]): void {
  for (const envelope of envelopes) {
    const { id, tenantId, event } = envelope
    const sql = "INSERT INTO cgk_jobs (id, tenant, event, envelope, state) VALUES (?, ?, ?, ?, 'queued')"
    connection.run(sql, id, tenantId, event, encodeEnvelope(envelope))
  }
}

test('a file of the first version keeps its jobs, runs them, and can then have references', async () => {
  const { path } = createTestFile()
  const before = openFile(path, { steps: migrations.slice(0, 1) })
  const old = createEnvelope({ event: 'work.requested', payload: { tenantId: 'acme' } })
  addOld(before, [old])
  before.close()

  const work = defineJob({ id: 'work', event: 'work.requested', handler: () => 'done' }) as unknown as Definition
  const client = createClient({ load: () => createLocalProvider({ path }) }, { jobs: [work] })
  const young = await client.sendJob('work.requested', { tenantId: 'acme' }, { reference: 'order_1' })
  for (const id of [old.id, young.id]) expect((await client.waitForJob(id)).runs).toMatchObject([{ output: 'done' }])
  expect((await client.listJobs({ reference: 'order_1' })).jobs.map(({ id }) => id)).toEqual([young.id])
  await client.close()
})

test('delayed jobs, jobs without runs and retries of a file from before turns of what comes due run', async () => {
  const { path } = createTestFile()
  const before = openFile(path, { steps: migrations.slice(0, 10) })
  const old = Array.from({ length: 3 }, () =>
    createEnvelope({ event: 'work.requested', payload: { tenantId: 'acme' }, runAt: 1 }),
  )
  addOld(before, old)
  before.exec(`
    UPDATE cgk_jobs SET state = 'scheduled', due_at = 1 WHERE seq = 1;
    UPDATE cgk_jobs SET state = 'taken' WHERE seq = 2;
    INSERT INTO cgk_runs (run, definition_id, tenant, state, phase, attempts, max_attempts, due_at, started_at)
    VALUES (2 << 20 | 1, 'work', 'acme', 'retrying', 0, 1, 3, 1, 1);
  `)
  before.close()
  const work = defineJob({ id: 'work', event: 'work.requested', handler: () => 'done' }) as unknown as Definition
  const client = createClient({ load: () => createLocalProvider({ path }) }, { jobs: [work] })
  await client.start()
  for (const { id } of old) expect((await client.waitForJob(id)).runs).toMatchObject([{ output: 'done' }])
  await client.close()
})

test('runs that wait in a file without keys begin under limits for each key, and new runs have their keys', async () => {
  const { path } = createTestFile()
  const before = openFile(path, { steps: migrations.slice(0, 5) })
  const old = ['a', 'b', 'c'].map(() => createEnvelope({ event: 'work.requested', payload: { tenantId: 'acme' } }))
  addOld(before, old)
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

test('the jobs of a file from before inspection are listed by each condition, and their payloads and runs are shown', async () => {
  const { path } = createTestFile()
  const before = openFile(path, { steps: migrations.slice(0, 9) })
  const old = ['acme', 'globex'].map((tenantId) =>
    createEnvelope({ tenantId, payload: { tenantId }, references: ['r'] }),
  )
  addOld(before, old)
  before.exec(`
    UPDATE cgk_jobs SET state = 'taken';
    INSERT INTO cgk_references SELECT 'r', seq FROM cgk_jobs;
    INSERT INTO cgk_runs (run, definition_id, tenant, state, attempts, max_attempts, started_at, ended_at, error)
    SELECT seq << 20 | 1, 'work', tenant, 'failed', 2, 2, 10, 20, '{"name":"Error","message":"The disk is full"}' FROM cgk_jobs;
  `)
  before.close()

  const client = createClient({ load: () => createLocalProvider({ path, role: 'send' }) }, { jobs: [] })
  const [first, second] = old.map(({ id }) => id)
  const listed = async (filter: InspectListOptions): Promise<string[]> =>
    (await client.inspect.listJobs(filter)).jobs.map(({ id }) => id)
  expect(await listed({ tenantId: 'acme' })).toEqual([first])
  for (const filter of [
    {},
    { definitionId: 'work' },
    { states: ['failed'] },
    { event: 'work.requested' },
    { reference: 'r' },
    { errorText: 'DISK' },
  ] satisfies InspectListOptions[]) {
    expect(await listed(filter)).toEqual([second, first])
  }
  expect(await client.inspect.getJob(first!)).toMatchObject({
    payload: { tenantId: 'acme' },
    runs: [
      {
        state: 'failed',
        attemptHistory: [{ number: 2, endedAt: new Date(20), error: { message: 'The disk is full' } }],
      },
    ],
  })
  await client.close()
})
