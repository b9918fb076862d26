import { createClient, defineJob } from '@cgk-platform/jobs-core'
import { expect, onTestFinished, test } from 'vitest'

import { createLocalProvider } from '../../src/local-provider.ts'
import { countOf, openDatabase } from '../kit/open-store.ts'
import { createTemporaryFile } from '../kit/temporary-file.ts'
import '../kit/work.ts'

test('the other workers know which jobs a worker has once it has started', async () => {
  const { path } = createTemporaryFile('memory')
  const job = defineJob({ id: 'work', event: 'work.asked', handler: () => undefined })
  const client = createClient({ load: () => createLocalProvider({ path, role: 'work' }) }, { jobs: [job] })
  onTestFinished(() => client.close())
  await client.start()
  expect(countOf(openDatabase(path), 'cgk_handled')).toBe(1)
})

test('a process that only sends cannot be started, and is no worker', async () => {
  const { path } = createTemporaryFile('memory')
  const job = defineJob({ id: 'work', event: 'work.asked', handler: () => undefined })
  const client = createClient({ load: () => createLocalProvider({ path, role: 'send' }) }, { jobs: [job] })
  onTestFinished(() => client.close())
  await expect(client.start()).rejects.toMatchObject({ code: 'invalid_option', option: 'role' })
  await client.sendJob('work.asked', { tenantId: 'acme' })
  expect(countOf(openDatabase(path), 'cgk_workers')).toBe(0)
})
