import { createJobClient, defineJob, getJobClient, sendJob, waitForJob } from '@cgk-platform/jobs-core'
import { expect, test, vi } from 'vitest'

import '../src/index.ts'

test('`JOB_PROVIDER` chooses the engine', async () => {
  vi.stubEnv('JOB_PROVIDER', 'fastq')
  defineJob({ id: 'greet', event: 'order.created', handler: ({ payload }) => `Hello ${payload.orderId}.` })
  const job = await sendJob('order.created', { tenantId: 'tenant_123', orderId: 'order_1' })
  expect(await waitForJob(job.id)).toMatchObject({ state: 'completed', runs: [{ output: 'Hello order_1.' }] })
  expect(await getJobClient().healthCheck()).toMatchObject({ provider: 'fastq' })
  await getJobClient().close()
  vi.unstubAllEnvs()
})

test('its options and its settings have types, and the definition of an unknown option is refused', async () => {
  // @ts-expect-error -- no such setting
  void createJobClient({ provider: 'fastq', config: { threads: 2 }, jobs: [] })
  const odd = defineJob({
    id: 'odd',
    event: 'order.created',
    handler: () => undefined,
    // @ts-expect-error -- no such option
    providerOptions: { fastq: { threads: 2 } },
  })
  const client = createJobClient({ provider: 'fastq', jobs: [odd] })
  await expect(client.healthCheck()).rejects.toThrow('`providerOptions.fastq.threads`. Remove it from `odd`.')
})
