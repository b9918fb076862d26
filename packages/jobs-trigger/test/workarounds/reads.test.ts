import { systemClock } from '@cgk-platform/jobs-core/provider'
import { afterEach, describe, expect, test, vi } from 'vitest'

import { unknownDefinition } from '../../src/read/to-job-status.ts'
import { failureOf } from '../kit/failure-of.ts'
import { openSides, type SidesOptions } from '../kit/open-sides.ts'
import { type Completion, success } from '../loopback/open-loopback.ts'

afterEach(() => vi.useRealTimers())

const payload = { tenantId: 'acme' }
const task = 'event-work__asked'
const ended = (code: 'MAX_DURATION_EXCEEDED' | 'TASK_PROCESS_MAYBE_OOM_KILLED' | 'TASK_RUN_CANCELLED'): Completion => ({
  ok: false,
  error: { type: 'INTERNAL_ERROR', code },
})

/** Opens a job whose run a worker has started. */
async function openHeld(setting?: SidesOptions) {
  const sides = await openSides(setting)
  await sides.register({ id: task })
  const { id } = await sides.library.sendJob('work.asked', payload)
  return { ...sides, id, held: await sides.start() }
}

describe('the end of a run', () => {
  test('after its maximum duration sets no flag in the SDK; the job has failed', async () => {
    const { sdk, library, id, held } = await openHeld()
    await held.complete(ended('MAX_DURATION_EXCEEDED'))
    const sdkResult = await sdk.runs.retrieve(id)
    expect(sdkResult).toMatchObject({ isCompleted: false, isFailed: false, isSuccess: false })
    expect(await library.getJobStatus(id)).toMatchObject({ state: 'failed', runs: [{ state: 'failed' }] })
    expect(await library.waitForJob(id, { timeout: '1s' })).toMatchObject({ state: 'failed' })
  })

  test('before its start sets no flag in the SDK; the job has expired', async () => {
    const { sdk, library } = await openSides()
    const { id } = await sdk.tasks.trigger(task, { tenantId: 'acme' }, { ttl: 1 })
    await expect.poll(async () => (await sdk.runs.retrieve(id)).status).toBe('EXPIRED')
    expect(await sdk.runs.retrieve(id)).toMatchObject({ isCompleted: false, isFailed: false })
    expect(await library.getJobStatus(id)).toMatchObject({ state: 'expired' })
  })

  test('because its worker disconnected is a cancel in the SDK; the job has failed and can be retried', async () => {
    const { sdk, library, request, id } = await openHeld()
    await request('POST', '/engine/v1/dev/disconnect', { runFriendlyIds: [id] })
    expect(await sdk.runs.retrieve(id)).toMatchObject({ status: 'CANCELED', isCancelled: true })
    const status = await library.getJobStatus(id)
    expect(status).toMatchObject({ state: 'failed', runs: [{ error: { message: 'Dev session ended (CLI exited)' } }] })
    expect(await library.retryJob(id)).toMatchObject({ id })
  })

  test('because its worker shuts down is a cancel by a user in the SDK; the job has failed and can be retried', async () => {
    const { sdk, library, id, held } = await openHeld()
    await held.complete(ended('TASK_RUN_CANCELLED'))
    expect(await sdk.runs.retrieve(id)).toMatchObject({ status: 'CANCELED', error: { message: 'Canceled by user' } })
    expect(await library.getJobStatus(id)).toMatchObject({ state: 'failed', runs: [{ state: 'failed' }] })
    await library.retryJob(id)
    expect(await library.getJobStatus(id)).toMatchObject({ id, state: 'queued' })
  })

  test('because all runs of its worker were cancelled is a cancel in the SDK; the job has failed', async () => {
    const { sdk, library, id } = await openHeld({ stallMs: { pendingMs: 100 } })
    await sdk.runs.cancel(id) // as a bulk action of the server does when a worker with many runs disconnects
    await expect.poll(async () => (await sdk.runs.retrieve(id)).finishedAt).toBeDefined()
    expect(await sdk.runs.retrieve(id)).toMatchObject({ error: { message: 'Canceled by user' } })
    expect(await library.getJobStatus(id)).toMatchObject({ state: 'failed' })
  })

  test('after `cancelJob` is a cancel', async () => {
    const { library, request, id } = await openHeld()
    const cancelled = library.cancelJob(id)
    await expect.poll(async () => (await library.getJobStatus(id)).state).toBe('cancelled')
    const snapshots = `/engine/v1/dev/runs/${id}/snapshots`
    const { body } = await request('GET', `${snapshots}/latest`)
    const completion = { id, ...ended('TASK_RUN_CANCELLED') }
    await request('POST', `${snapshots}/${body.execution.snapshot.friendlyId}/attempts/complete`, { completion })
    expect(await cancelled).toMatchObject({ state: 'cancelled' })
    expect(await failureOf(library.retryJob(id))).toMatchObject({ code: 'job_not_retryable' })
  })
})

test('a run that blocks its process before it can report is running, also before its definition is known', async () => {
  let aheadMs = 0
  const clock = { ...systemClock, now: () => Date.now() + aheadMs }
  const { sdk, library, id } = await openHeld({ clock })
  expect(await sdk.runs.retrieve(id)).toMatchObject({ status: 'EXECUTING' })
  expect(await library.getJobStatus(id)).toMatchObject({ state: 'queued', runs: [] })
  aheadMs = 3000
  expect(await library.getJobStatus(id)).toMatchObject({
    state: 'running',
    runs: [{ definitionId: unknownDefinition, state: 'running', attempts: 1 }],
  })
})

test("a job's own run completes before the runs that it started; the job has not", async () => {
  const { sdk, library, client, register, start } = await openSides()
  await register({ id: task }, { id: 'job-ship' })
  const { id } = await library.sendJob('work.asked', payload, { idempotencyKey: 'once' })
  const held = await start()
  await client.triggerTask('job-ship', { payload: {}, options: { parentRunId: id, tags: [`job:${id}`] } })
  await held.complete(success)
  expect(await sdk.runs.retrieve(id)).toMatchObject({ status: 'COMPLETED' })
  expect(await library.getJobStatus(id)).toMatchObject({ state: 'queued' })
})

describe('a run that has ended', () => {
  test('seems to be cancelled in the SDK; this library returns its real state', async () => {
    const { sdk, library, id, held } = await openHeld()
    await held.complete(success)
    expect(await sdk.runs.cancel(id)).toEqual({ id })
    expect((await sdk.runs.retrieve(id)).status).toBe('COMPLETED')
    expect(await library.cancelJob(id)).toMatchObject({ state: 'completed' })
  })

  test('is replayed twice by the SDK, without a link; this library retries it once, as the same job', async () => {
    const { sdk, library, another, id, held, client, server } = await openHeld()
    await held.complete(ended('TASK_PROCESS_MAYBE_OOM_KILLED'))
    const sdkResult = await Promise.all([sdk.runs.replay(id), sdk.runs.replay(id)])
    expect(sdkResult[0]!.id).not.toBe(sdkResult[1]!.id)
    expect((await client.retrieveRun(sdkResult[0]!.id)).relatedRuns).toEqual({ children: [] })
    for (const replay of sdkResult) await sdk.runs.cancel(replay.id)

    const before = server.runs().length
    await Promise.all([library.retryJob(id), another.retryJob(id)])
    expect(await library.getJobStatus(id)).toMatchObject({ id, state: 'queued' })
    expect(server.runs()).toHaveLength(before + 1)
  })
})

describe('a run that is not visible', () => {
  const missing = {
    kind: 'answer',
    status: 404,
    body: { error: 'Not found' },
    headers: { 'x-should-retry': 'true' },
  } as const

  test('yet is an error without the retries of the SDK; this library reads it again and finds it', async () => {
    const { server, library, client } = await openSides()
    const { id } = await library.sendJob('work.asked', payload)
    server.fault({ path: /runs\/run_/, times: 1 }, missing)
    expect(await failureOf(client.retrieveRun(id))).toMatchObject({ status: 404 })
    server.fault({ path: /runs\/run_/, times: 2 }, missing)
    expect(await library.getJobStatus(id)).toMatchObject({ id, state: 'queued' })
  })

  test('because it does not exist takes the SDK five requests and nine seconds; this library reports it soon', async () => {
    const { server, library, sdk } = await openSides()
    expect(await failureOf(sdk.runs.retrieve('run_unknown'))).toMatchObject({ status: 404 })
    expect(server.requests).toHaveLength(5)
    expect(await failureOf(library.getJobStatus('run_unknown'))).toMatchObject({ code: 'job_not_found' })
    expect(server.requests).toHaveLength(5 + 3)
    expect(await failureOf(library.getJobStatus('no id of this engine'))).toMatchObject({ code: 'job_not_found' })
    expect(server.requests).toHaveLength(5 + 3)
  })
})

describe('a list of runs', () => {
  const ids = (page: { data?: readonly { id: string }[]; jobs?: readonly { id: string }[] }) =>
    (page.data ?? page.jobs)!.map(({ id }) => id)

  test('has only the last week in the SDK; this library lists all', async () => {
    let nowMs = Date.now()
    const { sdk, library } = await openSides({ now: () => nowMs, listLagMs: 0 })
    const { id } = await library.sendJob('work.asked', payload)
    expect(ids(await sdk.runs.list({ tag: 'jobs' }))).toEqual([id])
    nowMs += 8 * 86_400_000
    expect(ids(await sdk.runs.list({ tag: 'jobs' }))).toEqual([])
    expect(ids(await library.listJobs())).toEqual([id])
  })

  test('for a tenant with a comma in its name has runs of others in the SDK; this library lists only its own', async () => {
    const { sdk, library } = await openSides({ listLagMs: 0 })
    const send = async (tenantId: string) => {
      await sdk.tasks.trigger('raw', {}, { tags: [`tenant:${tenantId}`] })
      return (await library.sendJob('work.asked', { tenantId })).id
    }
    await send('a')
    const own = await send('a,b')
    const sdkResult = await sdk.runs.list({ tag: 'tenant:a,b', taskIdentifier: 'raw' })
    expect(sdkResult.data.map(({ tags }) => tags)).toEqual([['tenant:a']])
    expect(ids(await library.listJobs({ tenantId: 'a,b' }))).toEqual([own])
  })

  test('of more than a hundred is rejected in the SDK; this library reads pages', async () => {
    const { sdk, library } = await openSides({ listLagMs: 0 })
    const items = Array.from({ length: 101 }, () => ({ event: 'work.asked' as const, payload }))
    await library.sendJobs(items)
    expect(await failureOf(sdk.runs.list({ limit: 101 }))).toMatchObject({ status: 400 })
    expect((await library.listJobs({ limit: 101 })).jobs).toHaveLength(101)
  })

  test('shows outdated states in the SDK; this library shows current ones', async () => {
    let nowMs = Date.now()
    const { sdk, library } = await openSides({ now: () => nowMs, listLagMs: 500 })
    const { id } = await library.sendJob('work.asked', payload)
    const statuses = async () => (await sdk.runs.list({ tag: 'jobs' })).data.map(({ status }) => status)
    expect(await statuses()).toEqual([])
    nowMs += 500
    expect(await statuses()).toEqual(['QUEUED'])
    await library.cancelJob(id)
    expect(await statuses()).toEqual(['QUEUED'])
    expect((await library.listJobs()).jobs).toMatchObject([{ id, state: 'cancelled' }])
  })
})

test('the SDK shows the attempts that the server counts; this library shows at most the maximum of the send', async () => {
  const { sdk, library, register, start } = await openSides()
  await register({
    id: task,
    retry: { maxAttempts: 6, minTimeoutInMs: 1, maxTimeoutInMs: 1, factor: 1, randomize: false },
  })
  const { id } = await library.sendJob('work.asked', payload, { maxAttempts: 1 })
  for (const attempt of [1, 2, 3, 4, 5, 6]) {
    const error = { type: 'INTERNAL_ERROR', code: 'TASK_PROCESS_EXITED_WITH_NON_ZERO_CODE' } as const
    await expect.poll(async () => (await sdk.runs.retrieve(id)).status).toBe('QUEUED')
    await (await start()).complete({ ok: false, error })
    expect((await sdk.runs.retrieve(id)).attemptCount).toBe(attempt)
  }
  const [run] = (await library.getJobStatus(id)).runs
  expect(run).toMatchObject({ state: 'failed', attempts: 1, maxAttempts: 1 })
})
