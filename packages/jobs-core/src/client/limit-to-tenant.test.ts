import { describe, expect, test, vi } from 'vitest'

import { createFakeInspection, jobSummary } from '../../test/kit/fake-inspection.ts'
import { createFakeProvider } from '../../test/kit/fake-provider.ts'
import type { JobDetails } from '../inspection/job-details.ts'
import { defineJob } from '../jobs/define-job.ts'
import { createClient } from './create-client.ts'
import { limitToTenant } from './limit-to-tenant.ts'

const error = { name: 'JobCancelledError', message: 'The job `job_of_acme` was cancelled.' }
const hidden = expect.objectContaining({ name: 'HiddenError' }) as unknown
const known = defineJob({ id: 'known', event: 'order.created', handler: () => undefined })

function open() {
  const inspection = createFakeInspection([])
  const provider = createFakeProvider({ inspection })
  const client = createClient({ load: () => provider }, { jobs: [known] })
  return { client, provider, inspection }
}

/** A job of the platform with a failed run of this definition. */
function failedJob(definitionId: string): JobDetails {
  const ended = { state: 'failed', attempts: 1, maxAttempts: 1, error } as const
  const steps = [
    { ...ended, id: 'own', kind: 'run', output: 'own' },
    { ...ended, id: 'send', kind: 'sendEvent', compensation: { state: 'failed', attempts: 1, error } },
  ] as const
  return {
    ...{ id: 'job_1', event: 'order.created', tenantId: 'system', state: 'failed', createdAt: new Date(0) },
    runs: [{ ...ended, id: 'run_1', definitionId, steps, attemptHistory: [{ number: 1, error }] }],
  }
}

describe('a client that is limited to the platform', () => {
  test('hides the errors of a run whose definition it does not know, of its attempts and of the steps that send', async () => {
    const { client, provider, inspection } = open()
    const job = failedJob('unknown')
    provider.jobs.set(job.id, job)
    vi.spyOn(inspection, 'job').mockResolvedValue(job)
    const limited = await limitToTenant(client, 'system')
    const steps = [
      { id: 'own', error, output: 'own' },
      { id: 'send', error: hidden, compensation: { error: hidden } },
    ]
    expect((await limited.inspect.getJob(job.id)).runs).toMatchObject([
      { error: hidden, steps, attemptHistory: [{ number: 1, error: hidden }] },
    ])
    for (const status of [await limited.getJobStatus(job.id), await limited.waitForJob(job.id)]) {
      expect(status.runs).toMatchObject([{ error: hidden, steps }])
    }
    expect((await limited.cancelJob(job.id)).runs).toMatchObject([{ error: hidden, steps }])
    vi.spyOn(provider, 'list').mockResolvedValue({ jobs: [job] })
    expect((await limited.listJobs()).jobs[0]?.runs).toMatchObject([{ error: hidden, steps }])
  })

  test('shows the errors of a job, and those of no list with an unknown definition', async () => {
    const { client, inspection } = open()
    const failed = { tenantId: 'system', error }
    inspection.jobs.push(
      jobSummary('a', 1, { ...failed, definitionIds: ['known'] }),
      jobSummary('b', 2, { ...failed, definitionIds: ['known', 'unknown'] }),
      jobSummary('c', 3, { ...failed, definitionIds: [] }),
    )
    const { jobs } = await (await limitToTenant(client, 'system')).inspect.listJobs({ order: 'oldest' })
    expect(jobs.map((job) => job.error)).toEqual([error, hidden, hidden])
  })

  test('hides all errors if the engine does not tell its definitions', async () => {
    const { client, inspection } = open()
    inspection.jobs.push(jobSummary('a', 1, { tenantId: 'system', error, definitionIds: ['known'] }))
    vi.spyOn(client.inspect, 'listDefinitions').mockRejectedValue(new Error('The engine is down'))
    const { jobs } = await (await limitToTenant(client, 'system')).inspect.listJobs()
    expect(jobs[0]?.error).toEqual(hidden)
  })
})

test('a client that is limited to another tenant hides none of its errors', async () => {
  const { client, inspection } = open()
  inspection.jobs.push(jobSummary('a', 1, { error }))
  const acme = await limitToTenant(client, 'acme')
  expect((await acme.inspect.listJobs({ errorText: 'cancelled' })).jobs[0]?.error).toEqual(error)
  await expect(limitToTenant(client, '')).rejects.toMatchObject({ code: 'invalid_option' })
})
