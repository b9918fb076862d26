import { defineJob } from '@cgk-platform/jobs-core'
import '@cgk-platform/test-kit/work'
import { expect, test } from 'vitest'

import { countOf, openDatabase } from '../kit/open-store.ts'
import { createSharedFile } from '../kit/shared-file.ts'

test('a started worker has published its jobs', async ({ onTestFinished }) => {
  const { path, open } = createSharedFile(onTestFinished)
  const job = defineJob({ id: 'work', event: 'work.requested', handler: () => 1 })
  await open({ role: 'work' }, { jobs: [job] }).start()
  expect(countOf(openDatabase(path), 'cgk_definitions')).toBe(1)
})

test('a worker that cannot be registered rejects `start`', async ({ onTestFinished }) => {
  const { path, client, open } = createSharedFile(onTestFinished)
  await client.healthCheck()
  const worker = open({ role: 'work' }, { jobs: [] })
  await worker.healthCheck()
  openDatabase(path).exec('UPDATE cgk_meta SET version = version + 1, usable_since = version + 1')
  await expect(worker.start()).rejects.toMatchObject({ code: 'store', problem: 'newer', path })
})

test('a process that only sends cannot be started and is not a worker', async ({ onTestFinished }) => {
  const { path, open } = createSharedFile(onTestFinished)
  const job = defineJob({ id: 'work', event: 'work.requested', handler: () => 1 })
  const client = open({ role: 'send' }, { jobs: [job] })
  await expect(client.start()).rejects.toMatchObject({ code: 'invalid_option', option: 'role' })
  await client.sendJob('work.requested', { tenantId: 'acme' })
  expect(countOf(openDatabase(path), 'cgk_workers')).toBe(0)
})
