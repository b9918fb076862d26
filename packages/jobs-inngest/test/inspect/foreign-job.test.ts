import { defineJob } from '@cgk-platform/jobs-core'
import { requestsOf } from '@cgk-platform/inngest-loopback'
import { expect, test } from 'vitest'

import { openJobs } from '../kit/open-jobs.ts'

test("an inspection of another tenant's job takes one request, which names its tenant", async () => {
  const { client, engine } = await openJobs({
    jobs: [defineJob({ id: 'work', event: 'work.asked', handler: () => 'an output' })],
  })
  const { id } = await client.sendJob('work.asked', { tenantId: 'acme', number: 1 })
  await client.waitForJob(id)
  const reader = client.forTenant('globex')
  const requests = () => requestsOf(engine, 'inspect').length
  const reads = () => [requestsOf(engine, 'trace').length, requestsOf(engine, 'eventRuns').length]
  const before = [requests(), ...reads()]
  await expect(reader.inspect.getJob(id)).rejects.toMatchObject({ code: 'job_not_found' })
  expect(reads()).toEqual(before.slice(1))
  expect(requests() - before[0]!).toBeLessThanOrEqual(1)
  expect(await client.forTenant('acme').inspect.getJob(id)).toMatchObject({ runs: [{ output: 'an output' }] })
})
