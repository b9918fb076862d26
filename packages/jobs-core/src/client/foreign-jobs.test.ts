import { expect, test, vi } from 'vitest'

import { createFakeInspection, jobSummary } from '../../test/kit/fake-inspection.ts'
import { createFakeProvider, jobStatus } from '../../test/kit/fake-provider.ts'
import { createClient } from './create-client.ts'
import type { TenantClient } from './job-client.ts'

const job = jobStatus({ state: 'failed' })

test.each<[operation: string, call: (tenant: TenantClient) => Promise<unknown>]>([
  ['getJobStatus', (tenant) => tenant.getJobStatus(job.id)],
  ['waitForJob', (tenant) => tenant.waitForJob(job.id)],
  ['cancelJob', (tenant) => tenant.cancelJob(job.id)],
  ['retryJob', (tenant) => tenant.retryJob(job.id)],
  ['inspect.getJob', (tenant) => tenant.inspect.getJob(job.id)],
  ['inspect.retryJobs', (tenant) => tenant.inspect.retryJobs({ ids: [job.id] })],
  ['inspect.cancelJobs', (tenant) => tenant.inspect.cancelJobs({ ids: [job.id] })],
])("`%s` names its tenant to the engine, and changes no other tenant's job", async (_operation, call) => {
  const inspection = createFakeInspection([jobSummary(job.id, 1, { state: 'failed' })])
  const provider = createFakeProvider({ inspection })
  provider.jobs.set(job.id, job)
  const reads = [vi.spyOn(provider, 'status'), vi.spyOn(inspection, 'job')]
  const client = createClient({ load: () => provider })
  for (const tenant of [client.forTenant('globex'), client.forSystem()]) {
    for (const read of reads) read.mockClear()
    await call(tenant).catch(() => undefined)
    const calls = reads.flatMap(({ mock }) => mock.calls.map(([id, tenantId]) => [id, tenantId]))
    expect(calls).toEqual([[job.id, tenant.tenantId]])
  }
  expect(provider.calls).toEqual([])
})
