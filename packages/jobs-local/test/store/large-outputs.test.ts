import { defineJob } from '@cgk-platform/jobs-core'
import { createDeferred } from '@cgk-platform/test-kit/deferred'
import { createRecordedLogger } from '@cgk-platform/test-kit/recorded-logger'
import '@cgk-platform/test-kit/work'
import { expect, test } from 'vitest'

import { createJobClient } from '../../src/index.ts'
import { createTestFile } from '../kit/test-file.ts'

test('a large output does not delay the results of other jobs', async ({ onTestFinished }) => {
  const released = createDeferred()
  const returning = (id: string, event: 'work.requested' | 'work.followed', output: string) =>
    defineJob({ id, event, handler: () => released.promise.then(() => output) })
  const jobs = [returning('large', 'work.requested', 'x'.repeat(2 ** 21)), returning('small', 'work.followed', 'done')]
  const config = { path: createTestFile().path }
  const client = createJobClient({ provider: 'local', config, jobs, logger: createRecordedLogger() })
  onTestFinished(() => client.close())
  const large = await client.sendJob('work.requested', { tenantId: 'acme' })
  const small = await client.sendJob('work.followed', { tenantId: 'acme' })
  await expect.poll(async () => (await client.getJobStatus(small.id)).state).toBe('running')

  released.resolve() // both handlers end in the same turn of the event loop
  expect((await client.waitForJob(small.id)).state).toBe('completed')
  expect((await client.getJobStatus(large.id)).state).toBe('running')
  expect((await client.waitForJob(large.id)).runs[0]!.output).toHaveLength(2 ** 21)
})
