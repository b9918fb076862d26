import { createJobClient, defineJob, getJobClient, sendJob, waitForJob } from '@cgk-platform/jobs-core'
import { expect, test, vi } from 'vitest'

import '../src/index.ts'

test('`JOB_PROVIDER` selects the engine', async () => {
  vi.stubEnv('JOB_PROVIDER', 'fastq')
  defineJob({ id: 'greet', event: 'order.created', handler: ({ payload }) => `Hello ${payload.orderId}.` })
  const job = await sendJob('order.created', { tenantId: 'tenant_123', orderId: 'order_1' })
  expect(await waitForJob(job.id)).toMatchObject({ state: 'completed', runs: [{ output: 'Hello order_1.' }] })
  expect(await getJobClient().healthCheck()).toMatchObject({ provider: 'fastq' })
  await getJobClient().close()
  vi.unstubAllEnvs()
})

test('settings and options have types, and a definition with an unknown option is rejected', async () => {
  // @ts-expect-error -- no such setting
  void createJobClient({ provider: 'fastq', config: { threads: 2 }, jobs: [] })
  const invalid = defineJob({
    id: 'invalid',
    event: 'order.created',
    handler: () => undefined,
    // @ts-expect-error -- no such option
    providerOptions: { fastq: { threads: 2 } },
  })
  const client = createJobClient({ provider: 'fastq', jobs: [invalid] })
  await expect(client.start()).rejects.toThrow('`providerOptions.fastq.threads`. Remove it from `invalid`.')
})
