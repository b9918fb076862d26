import { defineJob } from '@cgk-platform/jobs-core'
import { JobNotVisibleError } from '@cgk-platform/jobs-core/errors'
import { requestsOf } from '@cgk-platform/inngest-loopback'
import { failureOf } from '@cgk-platform/test-kit/failure-of'
import { describe, expect, test } from 'vitest'

import { untilAborted } from '../kit/until-aborted.ts'
import { openJobs } from '../kit/open-jobs.ts'

/** A loaded server: it accepts an event at once, and shows the event and its runs seconds later. */
const engine = { delays: { eventMs: 5000, runMs: 7000 } }
const payloads = Array.from({ length: 20 }, (_, number) => ({ tenantId: 'acme', data: String(number) }))

const openLate = (handler: Parameters<typeof defineJob>[0]['handler']) =>
  openJobs({ jobs: [defineJob({ id: 'work', event: 'work.asked', handler } as never)], engine, factor: 20 })

describe('a job that its server does not show yet', () => {
  test('is queued, and a wait for it ends with its result', async () => {
    const { client } = await openLate(() => 'done')
    const jobs = await Promise.all(payloads.map((payload) => client.sendJob('work.asked', payload)))
    const read = await Promise.all(jobs.map(({ id }) => client.getJobStatus(id)))
    expect(read).toMatchObject(jobs.map(({ id }) => ({ id, state: 'queued', tenantId: 'acme', event: 'work.asked' })))
    const ended = await Promise.all(jobs.map(({ id }) => client.waitForJob(id)))
    expect(ended.map(({ state, runs }) => [state, runs[0]?.output])).toEqual(jobs.map(() => ['completed', 'done']))
  })

  test('is scheduled if it has a delay, and of its tenant', async () => {
    const { client } = await openLate(() => 'done')
    const { id } = await client.sendJob('work.asked', payloads[0]!, { delay: '1h' })
    await expect(client.getJobStatus(id)).resolves.toMatchObject({ state: 'scheduled', scheduledFor: expect.any(Date) })
    await expect(client.forTenant('globex').getJobStatus(id)).rejects.toMatchObject({ code: 'job_not_found' })
  })

  test('is cancelled once its runs exist', async () => {
    const { client } = await openLate((_, { signal }) => untilAborted(signal))
    const jobs = await Promise.all(payloads.map((payload) => client.sendJob('work.asked', payload)))
    const cancelled = await Promise.all(jobs.map(({ id }) => client.cancelJob(id)))
    expect(cancelled.map(({ state }) => state)).toEqual(jobs.map(() => 'cancelled'))
  })

  test('is reported by another process as not visible, and a wait there ends with its result', async () => {
    const { client, openApp } = await openLate(() => 'done')
    const { client: other } = await openApp({ appId: 'other', synced: false })
    const { id } = await client.sendJob('work.asked', payloads[0]!)
    const failure = await failureOf(other.getJobStatus(id))
    expect(JobNotVisibleError.isInstance(failure)).toBe(true)
    expect((failure as Error).message).toMatch(
      /^`inngest` does not show the job `\w+` yet: its id is \d+ s old\. It may run\. Call again later\.$/,
    )
    await expect(other.waitForJob(id)).resolves.toMatchObject({ state: 'completed' })
  })
})

test('the runs of a job are not requested before the job is visible', async () => {
  const opened = await openLate(() => 'done')
  const { id } = await opened.client.sendJob('work.asked', payloads[0]!)
  await opened.client.getJobStatus(id)
  await opened.client.getJobStatus(id)
  expect(requestsOf(opened.engine, 'event').length).toBeGreaterThan(2)
  expect(requestsOf(opened.engine, 'eventRuns')).toHaveLength(0)
})

test('simultaneous reads of a job share their requests', async () => {
  const { client, engine: server } = await openJobs({
    jobs: [defineJob({ id: 'work', event: 'work.asked', handler: () => 'done' })],
  })
  const { id } = await client.sendJob('work.asked', payloads[0]!)
  await client.waitForJob(id)
  const before = requestsOf(server, 'read').length
  const read = await Promise.all(Array.from({ length: 150 }, () => client.getJobStatus(id)))
  expect(read.map(({ state }) => state)).toEqual(read.map(() => 'completed'))
  expect(requestsOf(server, 'read').length - before).toBeLessThanOrEqual(6)
})
