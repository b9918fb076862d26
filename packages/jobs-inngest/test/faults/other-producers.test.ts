import { defineJob, type JobContext } from '@cgk-platform/jobs-core'
import { TenantRequiredError } from '@cgk-platform/jobs-core/errors'
import { describe, expect, test } from 'vitest'

import { openJobs, type OpenJobs } from '../kit/open-jobs.ts'

interface Observed extends OpenJobs {
  readonly handled: { payload: unknown; sentAt: Date; context: JobContext }[]
  readonly failures: { error: Error; payload: unknown; context: JobContext }[]
  /** Sends with the SDK itself and returns the event's id. */
  produce(data: unknown, more?: { id?: string; ts?: number }): Promise<string>
}

/** Opens an app whose jobs are sent by other producers, with the SDK only. */
async function openObserved(): Promise<Observed> {
  const handled: Observed['handled'] = []
  const failures: Observed['failures'] = []
  const work = defineJob({
    id: 'work',
    event: 'work.counted',
    handler({ payload, sentAt }, context) {
      handled.push({ payload, sentAt, context })
      return payload.number ?? null
    },
    onFailure: (error, { payload }, context) => void failures.push({ error, payload, context }),
  })
  const opened = await openJobs({ jobs: [work] })
  return {
    ...opened,
    handled,
    failures,
    async produce(data, more) {
      const { ids } = await opened.inngest.send({
        name: 'work.counted',
        data: data as Record<string, unknown>,
        ...more,
      })
      return ids[0]!
    },
  }
}

describe('an event of another producer', () => {
  test('fails permanently without a tenant, with an error that says so', async () => {
    const { client, handled, failures, produce, pause } = await openObserved()
    const id = await produce({ number: 7 })
    const status = await client.waitForJob(id)
    expect(status).toMatchObject({ state: 'failed', runs: [{ attempts: 1, error: { code: 'tenant_required' } }] })
    await pause(5000)
    expect(handled).toEqual([])
    expect(failures).toHaveLength(1)
    expect(TenantRequiredError.isInstance(failures[0]!.error)).toBe(true)
    expect((await client.listJobs()).jobs).toEqual([])
  })

  test("cannot use the platform's tenant", async () => {
    const { client, handled, produce } = await openObserved()
    const status = await client.waitForJob(await produce({ tenantId: 'system', number: 7 }))
    const error = { code: 'tenant_required', message: expect.stringContaining('`client.forSystem()`') }
    expect(status).toMatchObject({ state: 'failed', tenantId: '', runs: [{ attempts: 1, error }] })
    expect(handled).toEqual([])
    expect((await client.forSystem().listJobs()).jobs).toEqual([])
    await expect(client.forSystem().getJobStatus(status.id)).rejects.toMatchObject({ code: 'job_not_found' })
  })

  test('with its own id gives the handler the id that reads the job', async () => {
    const { client, handled, produce } = await openObserved()
    const id = await produce({ tenantId: 'acme', number: 7 }, { id: 'order-1001' })
    await expect(client.waitForJob(id)).resolves.toMatchObject({ id, state: 'completed', runs: [{ output: 7 }] })
    const [{ context }] = handled as [(typeof handled)[0]]
    await expect(client.getJobStatus(context.jobId)).resolves.toMatchObject({ state: 'completed' })
    expect(context.jobId).toBe(id)
  })

  test('with the same id twice runs once', async () => {
    const { client, handled, produce, pause } = await openObserved()
    const ids = [await produce({ tenantId: 'acme', number: 7 }, { id: 'order-1001' })]
    await client.waitForJob(ids[0]!)
    ids.push(await produce({ tenantId: 'acme', number: 7 }, { id: 'order-1001' }))
    await pause(3000)
    expect(ids[0]).not.toBe(ids[1])
    expect(handled).toHaveLength(1)
  })
})
