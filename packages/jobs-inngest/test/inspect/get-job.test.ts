import { defineJob, defineWorkflow } from '@cgk-platform/jobs-core'
import { describe, expect, test } from 'vitest'

import { openInspection } from '../kit/open-inspection.ts'
import { openJobs, type OpenJobsOptions } from '../kit/open-jobs.ts'

const payload = { tenantId: 'acme', number: 7, data: { nested: ['a'] } }
const retry = { maxAttempts: 3, backoff: 'fixed', initialDelay: 2000 } as const
const open = async (options: OpenJobsOptions, maxRequests?: number) => {
  const opened = await openJobs(options)
  return { ...opened, ...openInspection(opened, maxRequests) }
}

describe('a job', () => {
  test('has its payload, its key, its references and each attempt', async () => {
    let calls = 0
    const handler = (): string => {
      if (++calls < 3) throw new TypeError(`no ${calls}`)
      return 'done'
    }
    const { client, job } = await open({ jobs: [defineJob({ id: 'work', event: 'work.asked', retry, handler })] })
    const { id } = await client.sendJob('work.asked', payload, { idempotencyKey: 'key-1', reference: 'order-1' })
    const status = await client.waitForJob(id)
    const details = (await job(id))!
    expect(details).toMatchObject({
      ...{ id, event: 'work.asked', tenantId: 'acme', state: 'completed', createdAt: status.createdAt },
      ...{ payload, idempotencyKey: 'key-1', references: ['order-1'], startedAt: status.startedAt },
      runs: [{ id: status.runs[0]!.id, definitionId: 'work', state: 'completed', attempts: 3, output: 'done' }],
    })
    const [first, second, third] = details.runs[0]!.attemptHistory!
    expect(details.runs[0]!.attemptHistory).toHaveLength(3)
    expect(first).toMatchObject({ number: 1, dueAt: details.createdAt, error: { name: 'TypeError', message: 'no 1' } })
    expect(second).toMatchObject({ number: 2, error: { name: 'TypeError', message: 'no 2' } })
    expect(third).toEqual({
      number: 3,
      dueAt: expect.any(Date),
      startedAt: expect.any(Date),
      endedAt: expect.any(Date),
    })
    for (const { dueAt, startedAt, endedAt } of [first!, second!, third!]) {
      expect(startedAt!.getTime()).toBeGreaterThanOrEqual(dueAt!.getTime())
      expect(endedAt!.getTime()).toBeGreaterThanOrEqual(startedAt!.getTime())
    }
    expect(second!.dueAt!.getTime()).toBeGreaterThanOrEqual(first!.endedAt!.getTime())
  })

  test('has the due time of the attempt that it waits for', async () => {
    const handler = (): void => {
      throw new Error('again')
    }
    const slow = { ...retry, initialDelay: '1h' } as const
    const { client, job, until } = await open({
      jobs: [defineJob({ id: 'work', event: 'work.asked', retry: slow, handler })],
    })
    const { id } = await client.sendJob('work.asked', payload)
    await until(async () => (await client.getJobStatus(id)).state === 'retrying')
    const { state, runs } = (await job(id))!
    expect(state).toBe('retrying')
    expect(runs[0]!.attemptHistory).toMatchObject([{ number: 1, error: { message: 'again' } }, { number: 2 }])
    expect(runs[0]!.attemptHistory![1]).toEqual({ number: 2, dueAt: runs[0]!.nextAttemptAt })
  })

  test('has the due time of its first attempt while it is delayed, and the end of its cancel', async () => {
    const { client, job } = await open({
      jobs: [defineJob({ id: 'work', event: 'work.asked', handler: () => undefined })],
    })
    const { id } = await client.sendJob('work.asked', payload, { delay: '1h' })
    const waiting = (await client.waitForJob(id, { timeout: 1 }).catch(() => job(id)))!
    expect(waiting).toMatchObject({ state: 'scheduled', scheduledFor: expect.any(Date) })
    await client.cancelJob(id)
    const cancelled = (await job(id))!
    expect(cancelled).toMatchObject({ state: 'cancelled', payload, runs: [{ attempts: 0, attemptHistory: [] }] })
    expect(cancelled.endedAt!.getTime()).toBeLessThan(cancelled.scheduledFor!.getTime())
  })

  test('with several definitions has no attempt and no end that Inngest does not tell, after a cancel', async () => {
    const define = (id: string) => defineJob({ id, event: 'work.asked', handler: () => undefined })
    const { client, job } = await open({ jobs: [define('one'), define('two')] })
    const { id } = await client.sendJob('work.asked', payload, { delay: '1h' })
    await client.cancelJob(id)
    const details = (await job(id))!
    expect(details).toMatchObject({ state: 'cancelled', runs: [{ attempts: 0 }, { attempts: 0, attemptHistory: [] }] })
    expect([details.endedAt, details.runs[0]!.endedAt, details.runs[0]!.attemptHistory]).toEqual(
      Array(3).fill(undefined),
    )
    expect(details.runs[1]!.endedAt!.getTime()).toBeLessThan(details.scheduledFor!.getTime())
  })

  test('has the runs of each retry, each with the run that it retries', async () => {
    let isBroken = true
    const handler = (): void => {
      if (isBroken) throw new Error('broken')
    }
    const { client, job } = await open({
      jobs: [defineJob({ id: 'work', event: 'work.asked', retry: { ...retry, maxAttempts: 2 }, handler })],
    })
    const { id } = await client.sendJob('work.asked', payload)
    await client.waitForJob(id)
    isBroken = false
    await client.retryJob(id)
    await client.waitForJob(id)
    const { state, runs } = (await job(id))!
    expect(state).toBe('completed')
    expect(runs).toMatchObject([
      { state: 'failed', attemptHistory: [{ number: 1 }, { number: 2, error: { message: 'broken' } }] },
      { state: 'completed', retryOf: runs[0]!.id, attemptHistory: [{ number: 1 }] },
    ])
    const [retried] = runs[1]!.attemptHistory!
    expect(retried!.dueAt!.getTime()).toBeGreaterThanOrEqual(runs[0]!.endedAt!.getTime())
  })

  test('of a workflow has its steps and the jobs that they sent', async () => {
    const work = defineWorkflow({
      id: 'work',
      event: 'work.asked',
      retry,
      steps: async (_event, step) => {
        await step.run('one', () => 1)
        const child = await step.sendEvent('tell', 'work.followed', { tenantId: 'acme' })
        return child.id
      },
    })
    const { client, job } = await open({ jobs: [work] })
    const { id } = await client.sendJob('work.asked', payload)
    const { runs } = await client.waitForJob(id)
    const details = (await job(id))!
    expect(details).toMatchObject({ state: 'completed', payload, children: [runs[0]!.output] })
    expect(details.runs[0]!.steps).toMatchObject([
      { id: 'one', kind: 'run', state: 'completed', output: 1 },
      { id: 'tell', kind: 'sendEvent', state: 'completed' },
    ])
    expect(details.runs[0]!.attemptHistory).toMatchObject([{ number: 1, startedAt: expect.any(Date) }])
  })

  test('without runs has its payload, and with several definitions has all runs', async () => {
    const define = (id: string) => defineJob({ id, event: 'work.asked', handler: () => id })
    const { client, job, until } = await open({ jobs: [define('one'), define('two')] }, Infinity)
    const { id } = await client.sendJob('work.asked', payload)
    await client.waitForJob(id)
    const { runs } = (await job(id))!
    expect(runs.map(({ definitionId }) => definitionId).toSorted()).toEqual(['one', 'two'])
    expect(runs).toMatchObject([{ attemptHistory: [{ number: 1 }] }, { attemptHistory: [{ number: 1 }] }])
    const unhandled = await client.sendJob('work.followed', payload)
    await until(async () => (await job(unhandled.id))?.payload !== undefined)
    expect(await job(unhandled.id)).toMatchObject({ payload, runs: [] })
  })

  test('has the state of a job that this process has just sent, before Inngest shows it', async () => {
    const { client } = await openJobs({ engine: { delays: { eventMs: 60_000, runMs: 60_000 } } })
    const { id } = await client.sendJob('work.asked', payload)
    const details = await client.inspect.getJob(id)
    expect(details).toMatchObject({ id, state: 'queued', runs: [] })
    expect(Object.keys(details)).not.toContain('payload')
  })

  test('is reported by another process like its status: as not visible until Inngest shows it', async () => {
    const engine = { delays: { eventMs: 10_000, runMs: 10_000 } }
    const { client, job, openApp, until } = await open({ engine }, Infinity)
    const { client: other } = await openApp({ appId: 'other', synced: false })
    const { id } = await client.sendJob('work.asked', payload)
    const reads = await Promise.allSettled([other.inspect.getJob(id), other.getJobStatus(id), job(id)])
    const invisible = { status: 'rejected', reason: { code: 'job_not_visible', jobId: id } }
    expect(reads).toMatchObject([invisible, invisible, invisible])
    await until(async () => (await other.inspect.getJob(id).catch(() => undefined)) !== undefined)
    expect(await other.inspect.getJob(id)).toMatchObject({ id, payload })
  })

  test('is read by another process that asks just before Inngest shows it', async () => {
    const engine = { delays: { eventMs: 1500, runMs: 1500 } }
    const { client, openApp } = await open({ engine })
    const { client: other } = await openApp({ appId: 'other', synced: false })
    const { id } = await client.sendJob('work.asked', payload)
    expect(await other.inspect.getJob(id)).toMatchObject({ id, payload })
  })

  test.each([3_600_000, -3_600_000])('has attempts in their order if the clock is %d ms ahead', async (aheadMs) => {
    let calls = 0
    const handler = (): void => {
      if (++calls < 3) throw new Error('again')
    }
    const { client, job, page } = await open({
      ...{ aheadMs, jobs: [defineJob({ id: 'work', event: 'work.asked', retry, handler })] },
    })
    const { id } = await client.sendJob('work.asked', payload)
    await client.waitForJob(id)
    const times = (await job(id))!.runs[0]!.attemptHistory!.flatMap(({ startedAt, endedAt }) => [startedAt!, endedAt!])
    expect(times).toHaveLength(6)
    expect(times).toEqual(times.toSorted((one, other) => one.getTime() - other.getTime()))
    await client.waitForJob((await client.sendJob('work.asked', payload)).id)
    const [{ startedAt, endedAt } = {}] = (await page()).jobs
    expect(startedAt!.getTime()).toBeLessThanOrEqual(endedAt!.getTime())
  })

  test('is undefined for an unknown or malformed id', async () => {
    const { job } = await open({}, 12)
    expect(await job('01M89NKYKGFF7HX03T9STQ8AAA')).toBeUndefined()
    expect(await job('job_1')).toBeUndefined()
    expect(await job('../../v2/apps')).toBeUndefined()
  })
})
