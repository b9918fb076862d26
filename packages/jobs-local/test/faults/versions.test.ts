import { defineJob } from '@cgk-platform/jobs-core'
import { createDeferred } from '@cgk-platform/test-kit/deferred'
import '@cgk-platform/test-kit/work'
import { expect, test } from 'vitest'

import { openDatabase } from '../kit/open-store.ts'
import { ask, createSharedFile, openAndSend } from '../kit/shared-file.ts'
import { waitUntil } from '../kit/wait-until.ts'

test('an earlier version rejects writes once a later one has migrated the file', async ({ onTestFinished }) => {
  const { path, client, open } = createSharedFile(onTestFinished)
  const end = createDeferred<string>()
  let begun = 0
  const job = defineJob({ id: 'work', event: 'analytics.track', handler: () => (begun++, end.promise) })
  const earlier = open({ role: 'work' }, { jobs: [job] })
  await earlier.start()
  const id = await ask(client)
  await waitUntil(() => begun === 1)
  const database = openDatabase(path)
  database.exec('UPDATE cgk_meta SET version = version + 1')
  const rows = (): string =>
    JSON.stringify(
      ['cgk_jobs', 'cgk_runs', 'cgk_workers'].map((table) => database.prepare(`SELECT * FROM ${table}`).all()),
    )
  const before = rows()

  const refused = await ask(client).catch((error: unknown) => error)
  expect(refused).toMatchObject({
    code: 'send_failed',
    accepted: 'no',
    cause: { code: 'store', problem: 'newer', path },
  })
  expect((refused as Error).message).toMatch(/later version of this package\. Upgrade this process to that version/)
  const items = ['one', 'two'].map(
    (event) => ({ event: 'analytics.track', payload: { tenantId: 'acme', event } }) as const,
  )
  const each = { ok: false, error: { code: 'send_failed', accepted: 'no', cause: { problem: 'newer' } } }
  expect(await client.sendJobs(items)).toMatchObject([each, each])
  await expect(openAndSend(path)).rejects.toMatchObject({ code: 'store', problem: 'newer' })
  end.resolve('late')
  await waitUntil(async () => !(await earlier.healthCheck()).ok)
  expect((await client.getJobStatus(id)).state).toBe('running')
  await earlier.close({ timeout: 0 })
  expect(rows()).toBe(before)
})
