import { defineJob, type Definition } from '@cgk-platform/jobs-core'
import { systemClock } from '@cgk-platform/jobs-core/provider'
import { failureOf } from '@cgk-platform/test-kit/failure-of'
import { type Completion, success } from '@cgk-platform/trigger-loopback'
import { describe, expect, test } from 'vitest'

import { openSides, type SidesOptions } from '../kit/open-sides.ts'

const payload = { tenantId: 'acme' }
const task = 'event-work__asked'
const ended = (code: 'TASK_PROCESS_MAYBE_OOM_KILLED' | 'TASK_RUN_CANCELLED'): Completion => ({
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

test('the retry of an attempt that failed just before its worker knew of the cancel starts another attempt', async () => {
  const { sdk, library, request, register, start } = await openSides()
  await register({ id: task, retry: { maxAttempts: 3 } })
  const { id } = await library.sendJob('work.asked', payload)
  await start()
  await sdk.runs.cancel(id)
  const snapshots = `/engine/v1/dev/runs/${id}/snapshots`
  const latest = async (): Promise<string> =>
    (await request('GET', `${snapshots}/latest`)).body.execution.snapshot.friendlyId
  const error = { type: 'BUILT_IN_ERROR', name: 'Error', message: 'failed', stackTrace: '' } as const
  const completion = { id, ok: false, error, retry: { timestamp: Date.now(), delay: 1 } }
  const { body } = await request('POST', `${snapshots}/${await latest()}/attempts/complete`, { completion })
  expect(body).toMatchObject({ result: { attemptStatus: 'RETRY_IMMEDIATELY' } })
  expect(await sdk.runs.retrieve(id)).toMatchObject({ status: 'CANCELED' })
  await request('POST', `${snapshots}/${await latest()}/attempts/start`, {})
  expect(await sdk.runs.retrieve(id)).toMatchObject({ status: 'EXECUTING', attemptCount: 2 })
})

describe.each([
  ['an hour behind', -3_600_000],
  ['an hour ahead', 3_600_000],
])("for a reader whose clock is %s of the server's", (_, skewMs) => {
  test('a run that blocks its process before it can report runs after 2 s, if the reader knows its definition', async () => {
    let passedMs = 0
    const job = defineJob({ id: 'ship', event: 'work.asked', handler: () => undefined })
    const { sdk, library, id } = await openHeld({
      clock: { ...systemClock, now: () => Date.now() + passedMs + skewMs },
      now: () => Date.now() + passedMs,
      jobs: [job as unknown as Definition],
    })
    expect(await sdk.runs.retrieve(id)).toMatchObject({ status: 'EXECUTING' })
    expect(await library.getJobStatus(id)).toMatchObject({ state: 'queued', runs: [] })
    passedMs = 4000
    expect(await library.getJobStatus(id)).toMatchObject({
      state: 'running',
      runs: [{ definitionId: 'ship', state: 'running', attempts: 1 }],
    })
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
