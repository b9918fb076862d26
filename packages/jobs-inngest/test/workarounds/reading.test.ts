import { defineJob } from '@cgk-platform/jobs-core'
import { describe, expect, test } from 'vitest'

import { createDeferred } from '../kit/deferred.ts'
import { openJobs } from '../kit/open-jobs.ts'
import { requestRaw } from '../kit/raw-api.ts'

const payload = { tenantId: 'acme' }

/** Opens a job whose first attempt fails, with a long delay after it. */
function flaky() {
  return defineJob({
    id: 'work',
    event: 'work.asked',
    retry: { maxAttempts: 2, backoff: 'fixed', initialDelay: 20_000 },
    handler(_event, { attempt }) {
      if (attempt === 1) throw new Error('at first')
      return 'done'
    },
  })
}

describe('a run that waits for its next attempt', () => {
  const openWaiting = async () => {
    const opened = await openJobs({ jobs: [flaky()], factor: 60 })
    const { id } = await opened.client.sendJob('work.asked', payload)
    await opened.until(async () => (await opened.client.getJobStatus(id)).state === 'retrying')
    const [run] = (await requestRaw(opened.engine, 'GET', `/v2/events/${id}/runs`)).body.data
    return { ...opened, id, runId: run.id as string }
  }

  test('has status failed in the runs of its event in version 1', async () => {
    const { engine, client, id } = await openWaiting()
    const [naive] = (await requestRaw(engine, 'GET', `/v1/events/${id}/runs`)).body.data
    expect(naive).toMatchObject({ status: 'Failed', ended_at: null })
    await expect(client.getJobStatus(id)).resolves.toMatchObject({ state: 'retrying', runs: [{ state: 'retrying' }] })
    await expect(client.waitForJob(id)).resolves.toMatchObject({ state: 'completed' })
  })

  test('has status running in version 2, without the time of its next attempt', async () => {
    const { engine, client, id } = await openWaiting()
    const [naive] = (await requestRaw(engine, 'GET', `/v2/events/${id}/runs?includeOutput=true`)).body.data
    expect(naive.status).toBe('RUNNING')
    const [run] = (await client.getJobStatus(id)).runs
    expect(run).toMatchObject({ state: 'retrying', attempts: 1, maxAttempts: 2, error: { message: 'at first' } })
    expect(run!.nextAttemptAt).toBeInstanceOf(Date)
  })
})

describe('cached responses of version 1', () => {
  test('hide the runs of an event for 15 s after an early read; this library does not read them', async () => {
    const jobs = [defineJob({ id: 'work', event: 'work.asked', handler: () => 'done' })]
    const { client, engine } = await openJobs({ jobs, engine: { delays: { runMs: 2000 } } })
    const { id } = await client.sendJob('work.asked', payload)
    expect((await requestRaw(engine, 'GET', `/v1/events/${id}/runs`)).body.data).toEqual([])
    await expect(client.waitForJob(id, { timeout: '10s' })).resolves.toMatchObject({ runs: [{ state: 'completed' }] })
    expect((await requestRaw(engine, 'GET', `/v1/events/${id}/runs`)).body.data).toEqual([])
    expect((await requestRaw(engine, 'GET', `/v1/events/${id}/runs?r=new`)).body.data).toHaveLength(1)
  })

  test('omit the output of a completed run; this library returns it', async () => {
    const jobs = [defineJob({ id: 'work', event: 'work.asked', handler: () => ({ number: 7 }) })]
    const { client, engine } = await openJobs({ jobs })
    const { id } = await client.sendJob('work.asked', payload)
    const status = await client.waitForJob(id)
    expect((await requestRaw(engine, 'GET', `/v1/events/${id}/runs?r=1`)).body.data[0].output).toBe('')
    expect(status.runs[0]!.output).toEqual({ number: 7 })
  })
})

describe('the times of a run', () => {
  test('in a list start with its queueing; this library returns the start', async () => {
    const jobs = [defineJob({ id: 'work', event: 'work.asked', handler: () => 'done' })]
    const { client, engine } = await openJobs({ jobs })
    const { id } = await client.sendJob('work.asked', payload, { delay: 8000 })
    const status = await client.waitForJob(id)
    const [naive] = (await requestRaw(engine, 'GET', `/v2/events/${id}/runs`)).body.data
    expect(Date.parse(naive.startedAt)).toBeLessThan(status.scheduledFor!.getTime())
    expect(status.startedAt!.getTime()).toBeGreaterThanOrEqual(status.scheduledFor!.getTime())
  })

  test('in a list end in the future for a cancelled run; this library returns the end', async () => {
    const deferred = createDeferred()
    const jobs = [defineJob({ id: 'work', event: 'work.asked', handler: () => deferred.promise })]
    const { client, engine, until, engineClock } = await openJobs({ jobs })
    const { id } = await client.sendJob('work.asked', payload)
    await until(async () => (await client.getJobStatus(id)).state === 'running')
    const status = await client.cancelJob(id)
    const [naive] = (await requestRaw(engine, 'GET', `/v2/events/${id}/runs`)).body.data
    expect(Date.parse(naive.endedAt) - status.endedAt!.getTime()).toBeGreaterThanOrEqual(9000)
    expect(status.endedAt!.getTime()).toBeLessThanOrEqual(engineClock.now())
    deferred.resolve()
  })
})

describe('the output of a handler', () => {
  test('is the same for undefined and null in Inngest; this library distinguishes them', async () => {
    const nothing = defineJob({ id: 'nothing', event: 'work.asked', handler: () => undefined })
    const empty = defineJob({ id: 'empty', event: 'work.asked', handler: () => null })
    const { client, engine, inngest, openApp } = await openJobs({ jobs: [nothing, empty] })
    const { id } = await client.sendJob('work.asked', payload)
    const { runs } = await client.waitForJob(id)
    expect(Object.fromEntries(runs.map((run) => [run.definitionId, 'output' in run]))).toEqual({
      nothing: false,
      empty: true,
    })

    // The same through the raw API.
    const raw = [undefined, null].map((value, index) =>
      inngest.createFunction({ id: `raw-${index}`, triggers: [{ event: 'raw' }] }, () => value),
    )
    const { app } = await openApp({ appId: 'raw', functions: raw })
    await engine.sync(app.url)
    const [rawId] = (await inngest.send({ name: 'raw', data: {} })).ids
    const outputs = async () =>
      (await requestRaw(engine, 'GET', `/v2/events/${rawId}/runs?includeOutput=true`)).body.data ?? []
    await expect
      .poll(async () => (await outputs()).map(({ status }: { status: string }) => status))
      .toEqual(['COMPLETED', 'COMPLETED'])
    const [one, other] = await outputs()
    expect(one.output).toEqual(other.output)
  })
})

describe('a list of runs', () => {
  test('is limited to 40 for an event; this library reads all', async () => {
    const jobs = Array.from({ length: 45 }, (_, index) =>
      defineJob({ id: `work-${index}`, event: 'work.asked', handler: () => index }),
    )
    const { client, engine } = await openJobs({ jobs })
    const { id } = await client.sendJob('work.asked', payload)
    const { runs } = await client.waitForJob(id)
    expect(await requestRaw(engine, 'GET', `/v2/events/${id}/runs?limit=100`)).toMatchObject({ status: 400 })
    expect((await requestRaw(engine, 'GET', `/v2/events/${id}/runs?limit=40`)).body.data).toHaveLength(40)
    expect(new Set(runs.map(({ definitionId }) => definitionId)).size).toBe(45)
  })
})
