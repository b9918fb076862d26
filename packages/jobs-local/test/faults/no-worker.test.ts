import { defineJob } from '@cgk-platform/jobs-core'
import '@cgk-platform/test-kit/work'
import { expect, test } from 'vitest'

import { openDatabase } from '../kit/open-store.ts'
import { ask, createSharedFile } from '../kit/shared-file.ts'

const job = defineJob({ id: 'work', event: 'analytics.track', handler: () => 'done' })

test('the health check of a process that only sends reports whether there are workers', async ({ onTestFinished }) => {
  const { client, open } = createSharedFile(onTestFinished)
  const workers = async () => (await client.healthCheck()).checks.find(({ name }) => name === 'workers')
  expect(await workers()).toMatchObject({ ok: true, message: expect.stringContaining('no job is waiting') })

  const id = await ask(client)
  expect(await workers()).toEqual({
    name: 'workers',
    ok: false,
    message: "no worker shares the file; jobs waiting: 1; start one with `client.start()` or `role: 'work'`",
  })
  expect((await client.healthCheck()).checks[0]?.message).toBe('this process only sends; jobs that have not ended: 1')

  const worker = open({ role: 'work' }, { jobs: [job] })
  await worker.start()
  expect(await client.waitForJob(id)).toMatchObject({ state: 'completed' })
  expect(await workers()).toEqual({ name: 'workers', ok: true, message: 'workers that share the file: 1' })
  expect((await worker.healthCheck()).checks.map(({ name }) => name)).toEqual(['engine', 'store'])

  await worker.close({ timeout: 0 })
  expect(await workers()).toMatchObject({
    ok: true,
    message: expect.stringContaining('no worker shares the file'),
  })
})

test('the health check stops counting at 100,000 jobs', async ({ onTestFinished }) => {
  const { path, client } = createSharedFile(onTestFinished)
  await client.healthCheck()
  const database = openDatabase(path)
  const add = (from: number, to: number): void =>
    database.exec(`
      WITH RECURSIVE number(value) AS (SELECT ${from} UNION ALL SELECT value + 1 FROM number WHERE value < ${to})
      INSERT INTO cgk_jobs (seq, id, tenant, event, envelope, state)
      SELECT value, 'job-' || value, 'acme', 'analytics.track', '{}', 'arrived' FROM number
    `)
  const engineMessage = async (): Promise<unknown> => (await client.healthCheck()).checks[0]?.message
  add(1, 100_000)
  expect(await engineMessage()).toBe('this process only sends; jobs that have not ended: 100000')
  add(100_001, 100_001)
  expect(await engineMessage()).toBe('this process only sends; jobs that have not ended: more than 100,000')
})
