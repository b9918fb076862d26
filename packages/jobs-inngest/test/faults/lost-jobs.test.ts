import { defineJob, defineWorkflow, type JobStatus } from '@cgk-platform/jobs-core'
import { requestsOf } from '@cgk-platform/inngest-loopback'
import { describe, expect, test } from 'vitest'

import { type OpenJobsOptions, openJobs } from '../kit/open-jobs.ts'

const payload = { tenantId: 'acme', data: 'one' }
const handled: string[] = []
const work = defineJob({
  id: 'work',
  event: 'work.asked',
  handler({ payload: { data } }, { jobId }) {
    handled.push(jobId)
    return data
  },
})
const minutes = (count: number): number => count * 60_000

/** Sends a job that the server accepts, stores and loses: it stops before its runner has the event. */
async function openLost(options: OpenJobsOptions = {}) {
  const engine = { delays: { runMs: 2000 }, ...options.engine }
  const opened = await openJobs({ jobs: [work], factor: 300, ...options, engine })
  const { id } = await opened.client.sendJob('work.asked', payload)
  opened.engine.loseUnprocessedEvents()
  const { client: reader } = await opened.openApp({ appId: 'reader', synced: false })
  return { ...opened, id, reader }
}

const facts = ({ state, runs }: JobStatus) => [state, ...runs.map(({ state: its, error }) => [its, error?.code])]

describe('a job that the server has lost', () => {
  test('is queued while it can be late, then failed with an error of its own, in every reader', async () => {
    const { client, reader, id, pause } = await openLost()
    expect((await client.getJobStatus(id)).state).toBe('queued')
    expect((await reader.getJobStatus(id)).state).toBe('queued')
    const ended = await reader.waitForJob(id, { timeout: '8m' })
    expect(facts(ended)).toEqual(['failed', ['failed', 'job_lost']])
    const [run] = ended.runs
    expect(run).toMatchObject({ definitionId: 'work', attempts: 0, error: { name: 'JobLostError' } })
    expect(ended.endedAt!.getTime() - ended.createdAt.getTime()).toBeGreaterThanOrEqual(minutes(5) - 1000)

    expect(facts(await client.getJobStatus(id))).toEqual(facts(ended))
    for (const from of [client, reader]) {
      expect(facts(await from.inspect.getJob(id))).toEqual(facts(ended))
      const [summary] = (await from.inspect.listJobs()).jobs
      expect(summary).toMatchObject({ id, state: 'failed', definitionIds: ['work'], attempts: 0 })
      expect(summary!.error!.name).toBe('JobLostError')
      expect((await from.listJobs({ state: 'failed' })).jobs.map(facts)).toEqual([facts(ended)])
      expect(await from.inspect.countJobs({ states: ['failed'] })).toMatchObject({ count: 1, isExact: true })
      expect(await from.inspect.countJobs({ states: ['completed'] })).toMatchObject({ count: 0, isExact: true })
      expect(await from.inspect.countJobs({ definitionId: 'work' })).toMatchObject({ count: 1, isExact: true })
      expect(await from.inspect.countJobs({ errorText: 'has no run of' })).toMatchObject({ count: 1, isExact: true })
    }
    await pause(minutes(10))
    expect(facts(await reader.getJobStatus(id))).toEqual(facts(ended))
  })

  test('is sent again once by simultaneous retries of two processes, with the same id', async () => {
    const { client, reader, id, engine, until } = await openLost()
    await client.waitForJob(id, { timeout: '8m' })
    const [first, second] = await Promise.all([client.retryJob(id), reader.retryJob(id)])
    expect([first.id, second.id]).toEqual([id, id])
    expect(facts(await reader.waitForJob(id))).toEqual(['completed', ['completed', undefined]])
    expect((await client.getJobStatus(id)).runs).toMatchObject([{ output: 'one', attempts: 1 }])
    await until(() => requestsOf(engine, 'send').length >= 3)
    expect(handled.filter((jobId) => jobId === id)).toHaveLength(1)
    expect((await client.inspect.listJobs()).jobs.map((job) => [job.id, job.state])).toEqual([[id, 'completed']])
    await expect(client.retryJob(id)).rejects.toMatchObject({ code: 'job_not_retryable' })
  })

  test('has failed also with a delay, before it is due, and keeps its time when it is sent again', async () => {
    const { client, engine, pause } = await openLost()
    const { id } = await client.sendJob('work.asked', payload, { delay: '1h' })
    engine.loseUnprocessedEvents()
    expect((await client.getJobStatus(id)).state).toBe('scheduled')
    await pause(minutes(6))
    const { scheduledFor } = await client.getJobStatus(id)
    await client.retryJob(id)
    const again = await client.getJobStatus(id)
    expect(again).toMatchObject({ state: 'scheduled', scheduledFor })
    expect(again.runs).toHaveLength(1)
  })

  test('keeps its idempotency key', async () => {
    const { client, engine, pause } = await openLost()
    const options = { idempotencyKey: 'order-1' }
    const { id } = await client.sendJob('work.asked', payload, options)
    engine.loseUnprocessedEvents()
    await pause(minutes(6))
    expect(await client.sendJob('work.asked', payload, options)).toMatchObject({ id, deduplicated: true })
    await client.retryJob(id)
    expect((await client.waitForJob(id)).state).toBe('completed')
  })

  test('cannot be cancelled while it can still start, and stays failed after that', async () => {
    const { client, id } = await openLost()
    expect((await client.cancelJob(id).catch((error: unknown) => error)) as object).toMatchObject({
      code: 'job_not_visible',
    })
    await client.waitForJob(id, { timeout: '8m' })
    expect(facts(await client.cancelJob(id))).toEqual(['failed', ['failed', 'job_lost']]) // an ended job stays as it is
  })
})

test('a step that runs a lost job fails with its error', async () => {
  const asking = defineWorkflow({
    id: 'asking',
    event: 'work.followed',
    retry: { maxAttempts: 1 },
    steps: async (_event, step) => step.runJob('ask', work, payload),
  })
  let losesNext = false
  const { client, engine, until } = await openJobs({
    jobs: [work, asking],
    factor: 300,
    engine: { delays: { runMs: 2000 } },
  })
  engine.intercept(({ path, body }) => {
    losesNext ||= path.startsWith('/e/') && body.includes(`"job/${work.id}"`)
    return undefined
  })
  const { id } = await client.sendJob('work.followed', payload)
  await until(() => losesNext)
  await until(async () => {
    engine.loseUnprocessedEvents()
    return (await client.listJobs({ event: `job/${work.id}` })).jobs.length > 0
  })
  const { state, runs } = await client.waitForJob(id, { timeout: '2h' })
  expect(state).toBe('failed')
  expect(runs[0]!.error).toMatchObject({ name: 'StepFailedError', cause: { code: 'job_lost' } })
})

describe('an event without a run', () => {
  test('that no definition handles is unhandled, also in a list', async () => {
    const { client, id: lost, pause } = await openLost()
    const { id } = await client.sendJob('order.refunded' as never, { tenantId: 'acme', orderId: 'o-1' } as never)
    await pause(minutes(6))
    expect(facts(await client.getJobStatus(id))).toEqual(['unhandled'])
    const states = (await client.inspect.listJobs()).jobs.map((job) => [job.id, job.state])
    expect(states).toEqual([
      [id, 'unhandled'],
      [lost, 'failed'],
    ])
    const { jobs: ofState } = await client.inspect.listJobs({ states: ['unhandled'] })
    expect(ofState.map((job) => job.id)).toEqual([id])
    expect((await client.listJobs({ state: 'unhandled' })).jobs.map((job) => job.id)).toEqual([id])
    expect(await client.inspect.countJobs({ states: ['completed'] })).toMatchObject({ count: 0 })
  })
})
