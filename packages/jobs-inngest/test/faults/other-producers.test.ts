import { defineJob, type JobContext, PayloadInvalidError, TenantRequiredError } from '@cgk-platform/jobs-core'
import { describe, expect, test } from 'vitest'

import { openJobs, type OpenJobs } from '../kit/open-jobs.ts'
import { expectNoSecrets, secretWord } from '../kit/secrets.ts'

interface Observed extends OpenJobs {
  readonly handled: { payload: unknown; sentAt: Date; context: JobContext }[]
  readonly failures: { error: Error; payload: unknown; context: JobContext }[]
  /** Sends with the SDK itself, and answers with the id that it got. */
  produce(data: unknown, more?: { id?: string; ts?: number }): Promise<string>
}

/** An app whose jobs other producers send, with the SDK alone. */
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
  test('with a good payload runs, and is told as any other job', async () => {
    const { client, handled, produce } = await openObserved()
    const id = await produce({ tenantId: 'acme', number: 7, extra: 'kept' })
    const status = await client.waitForJob(id)
    expect(status).toMatchObject({ id, tenantId: 'acme', state: 'completed', runs: [{ output: 7, attempts: 1 }] })
    expect(handled).toMatchObject([
      { payload: { tenantId: 'acme', number: 7, extra: 'kept' }, context: { jobId: id, tenantId: 'acme', attempt: 1 } },
    ])
    expect(handled[0]!.sentAt).toEqual(status.createdAt)
    await expect(client.forTenant('acme').getJobStatus(id)).resolves.toMatchObject({ id })
    await expect(client.forTenant('other').getJobStatus(id)).rejects.toMatchObject({ code: 'job_not_found' })
    expect((await client.listJobs({ tenantId: 'acme' })).jobs.map((job) => job.id)).toEqual([id])
  })

  test('with a bad payload fails for good with what is wrong with it, and onFailure is called once', async () => {
    const { client, logger, handled, failures, produce, pause } = await openObserved()
    const id = await produce({ tenantId: 'acme', number: secretWord })
    const status = await client.waitForJob(id)
    expect(status).toMatchObject({ state: 'failed', runs: [{ attempts: 1, error: { code: 'payload_invalid' } }] })
    expect(status.runs[0]!.error!.message).toContain('must be a number')
    await pause(5000)
    expectNoSecrets(status, logger.lines)
    expect(handled).toEqual([])
    expect(failures).toHaveLength(1)
    expect(PayloadInvalidError.isInstance(failures[0]!.error)).toBe(true)
    expect(failures[0]).toMatchObject({ payload: { number: secretWord }, context: { jobId: id, tenantId: 'acme' } })
  })

  test('without a tenant fails for good and says so', async () => {
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

  test('that is no object of ours at all fails for good', async () => {
    const { client, produce } = await openObserved()
    const id = await produce({ tenantId: { nested: true } })
    await expect(client.waitForJob(id)).resolves.toMatchObject({ state: 'failed', runs: [{ attempts: 1 }] })
  })

  test('that writes a record of ours into it cannot choose another tenant than the payload has', async () => {
    const { client, handled, produce } = await openObserved()
    const record = { v: 1, sentAt: 1, tenantId: 'other' }
    const id = await produce({ tenantId: 'acme', number: 7, _job: record })
    await expect(client.waitForJob(id)).resolves.toMatchObject({ state: 'failed', runs: [{ attempts: 1 }] })
    expect(handled).toEqual([])
  })

  test('with an id of its own: the handler is told the id that reads the job back', async () => {
    const { client, handled, produce } = await openObserved()
    const id = await produce({ tenantId: 'acme', number: 7 }, { id: 'order-1001' })
    await expect(client.waitForJob(id)).resolves.toMatchObject({ id, state: 'completed', runs: [{ output: 7 }] })
    const [{ context }] = handled as [(typeof handled)[0]]
    await expect(client.getJobStatus(context.jobId)).resolves.toMatchObject({ state: 'completed' })
    expect(context.jobId).toBe(id)
  })

  test('with an id of its own that fails: onFailure is told the id that reads the job back', async () => {
    const { client, failures, produce } = await openObserved()
    const id = await produce({ tenantId: 'acme' }, { id: 'order-1001' })
    await client.waitForJob(id)
    expect(failures.map(({ context }) => context.jobId)).toEqual([id])
  })

  test('with the same id of its own twice runs once', async () => {
    const { client, handled, produce, pause } = await openObserved()
    const ids = [await produce({ tenantId: 'acme', number: 7 }, { id: 'order-1001' })]
    await client.waitForJob(ids[0]!)
    ids.push(await produce({ tenantId: 'acme', number: 7 }, { id: 'order-1001' }))
    await pause(3000)
    expect(ids[0]).not.toBe(ids[1])
    expect(handled).toHaveLength(1)
  })

  test('for later waits for its time', async () => {
    const { client, handled, produce, clock } = await openObserved()
    const at = clock.now() + 8000
    const id = await produce({ tenantId: 'acme', number: 7 }, { ts: at })
    await expect(client.waitForJob(id)).resolves.toMatchObject({ state: 'completed' })
    expect(handled).toHaveLength(1)
    expect((await client.getJobStatus(id)).startedAt!.getTime()).toBeGreaterThanOrEqual(at)
  })
})
