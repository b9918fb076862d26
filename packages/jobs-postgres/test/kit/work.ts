import {
  type Definition,
  defineBatchJob,
  defineJob,
  defineWorkflow,
  type JobClient,
  type JobHandle,
} from '@cgk-platform/jobs-core'
import { JobNotFoundError } from '@cgk-platform/jobs-core/errors'
import '@cgk-platform/test-kit/work'
import { expect } from 'vitest'

/** Defines the jobs of `work`. */
export function defineWork(): readonly Definition[] {
  const track = defineJob({
    id: 'track',
    event: 'work.asked',
    concurrency: { key: 'tenantId', limit: 1 },
    throttle: { limit: 1000, period: '1s' },
    retry: { initialDelay: 1, maxAttempts: 2 },
    handler: ({ payload }, { attempt }) => {
      if (payload.number === 1 && attempt === 1) throw new Error('The first attempt fails')
      if (payload.number === 2) throw new Error('It always fails')
      return 'done'
    },
  })
  const batch = defineBatchJob({
    id: 'batch',
    event: 'work.followed',
    maxSize: 2,
    maxWait: 1000,
    handler: () => undefined,
  })
  const flow = defineWorkflow({
    id: 'flow',
    event: 'work.requested',
    retry: { initialDelay: 1, maxAttempts: 3 },
    steps: async ({ payload }, step, { attempt }) => {
      const first = await step.run('first', () => `first of ${payload.number}`)
      if (attempt === 1) throw new Error('The first attempt fails')
      const event = await step.waitForEvent('sent', 'work.ignored', { match: 'number', timeout: '1h' })
      return [first, event?.payload.number]
    },
  })
  return [track, batch, flow] as unknown as readonly Definition[]
}

/** Sends jobs of every kind, awaits their ends, and pauses, counts, retries and erases. */
export async function work(client: JobClient): Promise<void> {
  const tenantId = `tenant_${Math.random()}`
  const stateOf = async ({ id }: JobHandle) => (await client.waitForJob(id)).state
  const keyed = { idempotencyKey: 'key', reference: 'ref' }
  const job = await client.sendJob('work.asked', { tenantId }, keyed)
  expect((await client.sendJob('work.asked', { tenantId }, keyed)).id).toBe(job.id)
  const delayed = await client.scheduleJob('work.asked', { tenantId, number: 1 }, { delay: 1 })
  const failed = await client.sendJob('work.asked', { tenantId, number: 2 })
  const batched = await Promise.all([1, 2].map((number) => client.sendJob('work.followed', { tenantId, number })))
  const cancelled = await client.scheduleJob('work.asked', { tenantId }, { delay: '1h' })
  await client.cancelJob(cancelled.id)
  const flow = await client.sendJob('work.requested', { tenantId, number: 3 })
  await expect
    .poll(async () => (await client.inspect.getJob(flow.id))?.runs[0]?.steps?.at(-1)?.state, { timeout: 300_000 })
    .toBe('waiting')
  await client.sendJob('work.ignored', { tenantId, number: 3 })
  for (const done of [job, delayed, ...batched]) expect(await stateOf(done)).toBe('completed')
  expect((await client.waitForJob(flow.id)).runs).toMatchObject([{ output: ['first of 3', 3] }])
  expect(await stateOf(cancelled)).toBe('cancelled')
  expect(await stateOf(failed)).toBe('failed')
  await client.retryJob(failed.id)
  expect(await stateOf(failed)).toBe('failed')

  await client.pauseJobs({ tenantId })
  const paused = await client.sendJob('work.asked', { tenantId })
  await client.resumeJobs({ tenantId })
  expect(await stateOf(paused)).toBe('completed')
  expect((await client.inspect.listJobs({ tenantId })).jobs).toHaveLength(9)
  expect(await client.inspect.countJobs({ tenantId, states: ['failed'] })).toMatchObject({ count: 1 })
  expect(await client.healthCheck()).toMatchObject({ ok: true })
  await client.forTenant(tenantId).erase()
  await expect(client.getJobStatus(job.id)).rejects.toThrow(JobNotFoundError)
}
