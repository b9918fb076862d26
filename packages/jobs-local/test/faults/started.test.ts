import { createClient, defineJob } from '@cgk-platform/jobs-core'
import { expect, onTestFinished, test } from 'vitest'

import { createLocalProvider } from '../../src/local-provider.ts'
import { countOf, openDatabase } from '../kit/open-store.ts'
import { createTestFile } from '../kit/test-file.ts'
import '../kit/work.ts'

test('the other workers know which jobs a worker has once it has started', async () => {
  const { path } = createTestFile()
  const job = defineJob({ id: 'work', event: 'work.asked', handler: () => undefined })
  const client = createClient({ load: () => createLocalProvider({ path, role: 'work' }) }, { jobs: [job] })
  onTestFinished(() => client.close())
  await client.start()
  expect(countOf(openDatabase(path), 'cgk_handled')).toBe(1)
})

test('a process that only sends cannot be started, and is no worker', async () => {
  const { path } = createTestFile()
  const job = defineJob({ id: 'work', event: 'work.asked', handler: () => undefined })
  const client = createClient({ load: () => createLocalProvider({ path, role: 'send' }) }, { jobs: [job] })
  onTestFinished(() => client.close())
  await expect(client.start()).rejects.toMatchObject({ code: 'invalid_option', option: 'role' })
  await client.sendJob('work.asked', { tenantId: 'acme' })
  expect(countOf(openDatabase(path), 'cgk_workers')).toBe(0)
})
