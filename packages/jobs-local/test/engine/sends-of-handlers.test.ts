import {
  cancelJob,
  defineCronJob,
  defineJob,
  getJobClient,
  getJobStatus,
  sendJob,
  sendJobs,
  waitForJob,
} from '@cgk-platform/jobs-core'
import { describe, expect, test } from 'vitest'

import { createTestEngine } from '../../src/testing/index.ts'
import { failUntil } from '../kit/fail-until.ts'
import '../kit/work.ts'

const tenantId = 'acme'

describe('what a handler sends', () => {
  test('goes to the engine that runs it, by `sendJob` and its siblings alike', async () => {
    const seen: unknown[] = []
    const first = defineJob({
      id: 'first',
      event: 'work.asked',
      handler: async () => {
        await new Promise((resolve) => setImmediate(resolve))
        const [one] = await sendJobs([{ event: 'work.followed', payload: { tenantId, number: 1 } }])
        const two = await sendJob('work.followed', { tenantId, number: 2 }, { delay: '1d' })
        if (!one?.ok) throw new Error('not sent')
        seen.push(
          (await waitForJob(one.job.id)).state,
          (await getJobStatus(two.id)).state,
          (await cancelJob(two.id)).state,
        )
      },
    })
    const second = defineJob({ id: 'second', event: 'work.followed', handler: () => undefined })
    const engine = createTestEngine({ jobs: [first, second] })
    await engine.client.sendJob('work.asked', { tenantId })
    await engine.settle()
    expect(seen).toEqual(['completed', 'scheduled', 'cancelled'])
  })

  test('so does what `onFailure`, `tenants` and a cron handler send', async () => {
    const clients: unknown[] = []
    const note = (): void => void clients.push(getJobClient())
    const job = defineJob({
      id: 'fails',
      event: 'work.asked',
      retry: { maxAttempts: 1 },
      handler: failUntil(99),
      onFailure: note,
    })
    const cron = defineCronJob({
      id: 'cron',
      schedule: '* * * * *',
      tenants: () => {
        note()
        return ['acme']
      },
      handler: note,
    })
    const engine = createTestEngine({ jobs: [job, cron] })
    await engine.client.sendJob('work.asked', { tenantId })
    await engine.advance('1m')
    expect(clients).toEqual([engine.client, engine.client, engine.client])
  })

  test('a chain of 1,000 jobs, each sent by the one before, all run', async () => {
    const job = defineJob({
      id: 'link',
      event: 'work.asked',
      handler: async ({ payload: { number = 0 } }) => {
        if (number < 999) await sendJob('work.asked', { tenantId, number: number + 1 })
      },
    })
    const engine = createTestEngine({ jobs: [job] })
    await engine.client.sendJob('work.asked', { tenantId, number: 0 })
    await engine.settle()
    expect(engine.attempts).toHaveLength(1000)
  })

  test('is sent again by another attempt, unless an idempotency key holds it back', async () => {
    const job = defineJob({
      id: 'work',
      event: 'work.asked',
      retry: { maxAttempts: 3, initialDelay: 0 },
      handler: async (event, context) => {
        await sendJob('work.followed', { tenantId, number: 1 })
        await sendJob('work.followed', { tenantId, number: 2 }, { idempotencyKey: `${context.jobId}/2` })
        failUntil(3)(event, context)
      },
    })
    const engine = createTestEngine({ jobs: [job] })
    await engine.client.sendJob('work.asked', { tenantId })
    await engine.settle()
    const followed = engine.sent.filter(({ event, deduplicated }) => event === 'work.followed' && !deduplicated)
    expect(followed.map(({ payload }) => `${(payload as { number: number }).number}`).toSorted()).toEqual([
      '1',
      '1',
      '1',
      '2',
    ])
  })

  test('a send that is refused is the handler’s own error', async () => {
    const job = defineJob({
      id: 'work',
      event: 'work.asked',
      retry: { maxAttempts: 1 },
      handler: () => sendJob('work.followed', { tenantId: '' }).then(() => undefined),
    })
    const engine = createTestEngine({ jobs: [job] })
    const { id } = await engine.client.sendJob('work.asked', { tenantId })
    await engine.settle()
    expect((await engine.client.getJobStatus(id)).runs[0]?.error).toMatchObject({
      name: 'TenantRequiredError',
      code: 'tenant_required',
    })
  })
})
