import { describe, expect, test, vi } from 'vitest'
import * as z from 'zod/v4'

import { createFakeInspection, jobSummary, jobWithRuns } from '../../test/kit/fake-inspection.ts'
import { createFakeProvider } from '../../test/kit/fake-provider.ts'
import type { JobDetails } from '../status/job-details.ts'
import type { WaitReason } from '../status/wait-reason.ts'
import { defineCronJob } from '../jobs/define-cron-job.ts'
import { defineJob } from '../jobs/define-job.ts'
import type { Definition } from '../jobs/definition.ts'
import { defineWorkflow } from '../jobs/define-workflow.ts'
import { createClient } from './create-client.ts'
import type { JobClient } from './job-client.ts'
import { limitToTenant } from './limit-to-tenant.ts'
import { createTenantRouter } from './tenant-router/create-tenant-router.ts'

const error = { name: 'JobCancelledError', message: 'The job `job_of_acme` was cancelled.' }
const hidden = { name: 'HiddenError', message: expect.any(String) as string }
const known = defineJob({ id: 'known', event: 'order.created', handler: () => undefined })

const nightly = defineCronJob({
  id: 'nightly',
  schedule: '0 0 * * *',
  tenants: () => ['acme'],
  handler: () => undefined,
})
const sync = defineWorkflow({ id: 'sync', event: 'order.created', steps: () => undefined })

function open(jobs: readonly Definition[] = [known, nightly, sync]) {
  const inspection = createFakeInspection([])
  const provider = createFakeProvider({ inspection })
  const load = vi.fn<() => typeof provider>(() => provider)
  const client = createClient({ load }, { jobs })
  return { client, provider, inspection, load }
}

/** A job of the platform with a failed run of this definition. */
function failedJob(definitionId: string): JobDetails {
  const ended = { state: 'failed', attempts: 1, maxAttempts: 1, output: 'acme', error } as const
  const steps = [
    { ...ended, id: 'own', kind: 'run', compensation: { state: 'failed', attempts: 1, error } },
    { ...ended, id: 'job', kind: 'runJob', waitsFor: { jobId: 'job_of_acme' } },
    { ...ended, id: 'event', kind: 'waitForEvent', waitsFor: { event: 'a', match: { shop: 'acme' } } },
  ] as const
  return {
    ...{ id: 'job_1', event: 'order.created', tenantId: 'system', state: 'failed', createdAt: new Date(0) },
    runs: [{ ...ended, id: 'run_1', definitionId, steps, attemptHistory: [{ number: 1, error }] }],
    children: ['job_of_acme'],
  }
}

describe('a client that is limited to the platform', () => {
  test.each([
    ['it does not know', 'unknown'],
    ['is a workflow', 'sync'],
    ['is a cron job with `tenants`', 'nightly'],
    ['was a workflow', 'known'],
  ])('hides the errors and outputs of a run whose definition %s, and of its steps', async (_which, definitionId) => {
    const { client, provider, inspection } = open()
    const job = failedJob(definitionId)
    provider.jobs.set(job.id, job)
    vi.spyOn(inspection, 'job').mockResolvedValue(job)
    vi.spyOn(provider, 'list').mockResolvedValue({ jobs: [job] })
    const limited = limitToTenant(client, 'system')
    for (const read of [
      await limited.inspect.getJob(job.id),
      await limited.getJobStatus(job.id),
      await limited.waitForJob(job.id),
      await limited.cancelJob(job.id),
      (await limited.listJobs()).jobs[0],
    ]) {
      expect(JSON.stringify(read)).not.toContain('acme')
      expect(read?.runs).toMatchObject([
        {
          error: hidden,
          steps: [
            { id: 'own', kind: 'run', state: 'failed', error: hidden, compensation: { error: hidden } },
            { id: 'job', error: hidden },
            { id: 'event', error: hidden },
          ],
        },
      ])
    }
  })

  test('shows the errors of a job, and those of no list with an unknown definition', async () => {
    const { client, inspection } = open()
    const failed = { tenantId: 'system', error }
    inspection.jobs.push(
      jobSummary('a', 1, { ...failed, definitionIds: ['known'] }),
      jobSummary('b', 2, { ...failed, definitionIds: ['known', 'unknown'] }),
      jobSummary('c', 3, { ...failed, definitionIds: [] }),
      jobSummary('d', 4, { ...failed, definitionIds: ['nightly'] }),
    )
    const { jobs } = await limitToTenant(client, 'system').inspect.listJobs({ order: 'oldest' })
    expect(jobs.map((job) => job.error)).toMatchObject([error, hidden, hidden, hidden])
  })

  test('hides the errors of the runs of lists and figures', async () => {
    const { client, inspection } = open()
    const runs = ['known', 'unknown'].map((definitionId) => ({
      ...{ definitionId, error, state: 'failed' as const, at: [Date.now() - 2, Date.now() - 1] as const },
    }))
    inspection.jobs.push(jobWithRuns('a', Date.now() - 5, runs, { tenantId: 'system' }))
    const { inspect } = limitToTenant(client, 'system')
    const { jobs } = await inspect.listJobs()
    expect(jobs).toMatchObject([
      { error: { ...hidden, definitionId: 'unknown' }, runs: [{ error: hidden }, { error: hidden }] },
    ])
    const { failures } = await inspect.getStats()
    expect(failures.map(({ definitionIds, error: shown }) => [definitionIds[0], shown?.name])).toEqual([
      ['known', error.name],
      ['unknown', hidden.name],
    ])
  })

  test('of a process without definitions hides all errors, with a text that is true for any job', async () => {
    const { client, inspection } = open([])
    inspection.jobs.push(jobSummary('a', 1, { tenantId: 'system', error, definitionIds: ['known'] }))
    const { jobs } = await limitToTenant(client, 'system').inspect.listJobs()
    expect(jobs[0]?.error).toMatchObject(hidden)
    expect(jobs[0]?.error?.message).not.toContain('workflow')
  })

  test('searches no errors, which can be hidden', async () => {
    const { inspect } = limitToTenant(open().client, 'system')
    const refused = expect.objectContaining({ code: 'invalid_option' }) as Error
    const filter = { errorText: 'acme' }
    await expect(inspect.listJobs(filter)).rejects.toThrow(refused)
    await expect(inspect.countJobs(filter)).rejects.toThrow(refused)
    await expect(inspect.retryJobs(filter)).rejects.toThrow(refused)
    await expect(inspect.cancelJobs(filter)).rejects.toThrow(refused)
  })

  test('asks the engine nothing by itself', () => {
    const { client, load } = open()
    limitToTenant(client, 'system')
    expect(load).not.toHaveBeenCalled()
  })

  test('of a tenant router knows the definitions of all its clients', async () => {
    const { client, inspection } = open()
    const workflow = open([defineWorkflow({ id: 'known', event: 'order.created', steps: () => undefined })])
    inspection.jobs.push(jobSummary('a', 1, { tenantId: 'system', error, definitionIds: ['known'] }))
    const errorOver = async (clients: Record<string, JobClient>) => {
      const router = createTenantRouter({ clients, route: () => Object.keys(clients)[0]! })
      return (await limitToTenant(router, 'system').inspect.listJobs()).jobs[0]?.error
    }
    expect(await errorOver({ new: client, old: open([]).client })).toMatchObject(error)
    const again = createClient({ load: () => createFakeProvider({ inspection }) }, { jobs: [known] })
    expect(await errorOver({ old: workflow.client, new: again })).toMatchObject(hidden)
  })
})

test('a client that is limited to another tenant hides none of its errors', async () => {
  const { client, inspection } = open()
  inspection.jobs.push(jobSummary('a', 1, { error }))
  const acme = limitToTenant(client, 'acme')
  expect((await acme.inspect.listJobs({ errorText: 'cancelled' })).jobs[0]?.error).toMatchObject(error)
  expect(() => limitToTenant(client, '')).toThrow(expect.objectContaining({ code: 'invalid_option' }))
})

describe('a client that is limited to any tenant', () => {
  const moved = defineJob({
    id: 'move',
    payload: z.object({ tenantId: z.enum(['acme', 'globex']), to: z.string() }),
    concurrency: 5,
    handler: () => undefined,
  })

  test('lists definitions without options, and events without the tenants of their schemas', async () => {
    const { client } = open([moved])
    for (const tenantId of ['acme', 'system']) {
      const limited = limitToTenant(client, tenantId)
      expect(await limited.listDefinitions()).toMatchObject([{ id: 'move', options: {} }])
      const events = await limited.listEvents()
      expect(events.map(({ event }) => event)).toContain('job/move')
      expect(JSON.stringify(events)).not.toContain('globex')
      expect(JSON.stringify(await client.inspect.listEvents())).toContain('globex')
    }
  })

  test('does not tell in an error which tenants a schema accepts', async () => {
    const limited = limitToTenant(open([moved]).client, 'initech')
    const item = { event: moved, payload: { to: 'a' } } as const
    const [result] = await limited.sendJobs([item] as never)
    for (const failed of [
      await limited.sendJob(moved, item.payload as never).catch((thrown: unknown) => thrown),
      await limited.scheduleJob(moved, item.payload as never, { delay: 1 }).catch((thrown: unknown) => thrown),
      (result as { error: unknown }).error,
    ]) {
      expect(failed).toMatchObject({ code: 'payload_invalid', issues: [{ path: 'payload.tenantId' }] })
      expect((failed as Error).message).not.toContain('globex')
    }
    expect((await limited.sendJobs([{ ...item, payload: 5 }] as never))[0]).toMatchObject({ ok: false })
  })

  test('sees no workers', async () => {
    const { client, inspection } = open()
    const attemptHistory = [{ number: 1, worker: 'host-7' }]
    const [run] = failedJob('known').runs
    vi.spyOn(inspection, 'job').mockImplementation(async () => ({
      ...failedJob('known'),
      tenantId: 'acme',
      runs: [{ ...run!, attemptHistory }],
    }))
    const shown = await limitToTenant(client, 'acme').inspect.getJob('job_1')
    expect(shown.runs[0]!.attemptHistory).toEqual([{ number: 1 }])
    expect((await client.inspect.getJob('job_1')).runs[0]!.attemptHistory).toEqual(attemptHistory)
  })
})

test.each<[waiting: WaitReason, shown: WaitReason]>([
  [{ kind: 'limit', of: 'definition', max: 5, heldBy: [] }, { kind: 'turn' }],
  [{ kind: 'throttle', until: new Date(9) }, { kind: 'turn' }],
  [{ kind: 'worker' }, { kind: 'turn' }],
  [
    { kind: 'limit', of: 'tenant', max: 1, heldBy: ['own'] },
    { kind: 'limit', of: 'tenant', max: 1, heldBy: ['own'] },
  ],
  [
    { kind: 'retry', until: new Date(9) },
    { kind: 'retry', until: new Date(9) },
  ],
])('of the reason %j to wait, a user of one tenant learns nothing about others', async (waiting, shown) => {
  const { client, provider, inspection } = open()
  const queued = { id: 'run_1', definitionId: 'known', state: 'queued', attempts: 0, maxAttempts: 1 } as const
  const run = { ...queued, waiting }
  const facts = {
    id: 'job_1',
    event: 'order.created',
    tenantId: 'acme',
    state: 'queued',
    createdAt: new Date(0),
  } as const
  const job: JobDetails = { ...facts, waiting, runs: [run] }
  inspection.job = async () => job
  provider.status = async () => job
  const limited = limitToTenant(client, 'acme')
  for (const read of [await limited.inspect.getJob('job_1'), await limited.getJobStatus('job_1')])
    expect([read.waiting, read.runs[0]!.waiting]).toEqual([shown, shown])
})
