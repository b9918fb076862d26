import type { TaskRunInternalError } from '@trigger.dev/core/v3'
import { expect, it } from 'vitest'

import { type Completion, failure, type OpenLoopback, openLoopback, success } from './open-loopback.ts'

const retry = { maxAttempts: 3, minTimeoutInMs: 10, maxTimeoutInMs: 10, factor: 1, randomize: false }

function crash(code: TaskRunInternalError['code'], message = code): Completion {
  return { ok: false, error: { type: 'INTERNAL_ERROR', code, message } }
}

async function openRun(options: object = {}): Promise<OpenLoopback & { readonly id: string }> {
  const loopback = await openLoopback()
  await loopback.register({ retry })
  const { id } = await loopback.client.triggerTask('task', { payload: { a: 1 }, options })
  return { ...loopback, id }
}

it('hands a worker all that its attempt needs, and keeps what comes of it', async () => {
  const { client, start, id } = await openRun({ tags: ['a'], metadata: { kept: 1 }, maxAttempts: 7 })
  const held = await start()
  expect(held.attempt.body).toMatchObject({
    run: { status: 'EXECUTING', attemptNumber: 1 },
    snapshot: { executionStatus: 'EXECUTING' },
    execution: {
      attempt: { number: 1 },
      run: { id, payload: '{"a":1}', tags: ['a'], metadata: { kept: 1 }, maxAttempts: 7 },
      task: { id: 'task' },
      environment: { type: 'DEVELOPMENT' },
    },
    envVars: { TRIGGER_OTEL_EXPORTER_OTLP_ENDPOINT: expect.stringContaining('/otel') },
  })
  expect(await client.retrieveRun(id)).toMatchObject({ status: 'EXECUTING', attemptCount: 1 })
  const { body } = await held.complete({ ...success, usage: { durationMs: 5 } })
  expect(body.result).toMatchObject({ attemptStatus: 'RUN_FINISHED', snapshot: { executionStatus: 'FINISHED' } })
  expect(await client.retrieveRun(id)).toMatchObject({ status: 'COMPLETED', output: 'done', durationMs: 5 })
})

it('refuses a worker that knows an older snapshot, or whose run is over', async () => {
  const { dequeue, startAt, id, request } = await openRun()
  const message = await dequeue()
  const { attempt, complete } = await startAt(id, message!.snapshot.friendlyId)
  const again = await startAt(id, message!.snapshot.friendlyId)
  expect(again.attempt).toMatchObject({ status: 409, body: { error: 'Snapshot changed inside startRunAttempt' } })
  const path = `/engine/v1/dev/runs/${id}/snapshots`
  const stale = `${path}/${message!.snapshot.friendlyId}/attempts/complete`
  const completion = { id, ...success }
  expect(await request('POST', stale, { completion })).toMatchObject({
    status: 400,
    body: { error: "Snapshot ID doesn't match the latest snapshot" },
  })
  expect((await complete(success)).status).toBe(200)
  expect((await complete(success)).status).toBe(400)
  const { body } = await request('GET', `${path}/latest`)
  expect(body.execution).toMatchObject({ run: { friendlyId: id }, snapshot: { executionStatus: 'FINISHED' } })
  expect((await startAt(id, attempt.body.snapshot.friendlyId)).attempt.status).toBe(409)
  expect((await request('GET', '/engine/v1/dev/runs/run_none/snapshots/latest')).status).toBe(401)
})

it('lets the worker keep the run for a retry under 30 s, and puts it back for a longer one', async () => {
  const { client, start, startAt, dequeue, id } = await openRun()
  const first = await (await start()).complete(failure(500))
  expect(first.body.result).toMatchObject({
    attemptStatus: 'RETRY_IMMEDIATELY',
    snapshot: { executionStatus: 'EXECUTING' },
  })
  expect((await client.retrieveRun(id)).status).toBe('EXECUTING')
  const second = await startAt(id, first.body.result.snapshot.friendlyId)
  expect(second.attempt.body.execution.attempt.number).toBe(2)
  const { body } = await second.complete(failure(30_000))
  expect(body.result).toMatchObject({ attemptStatus: 'RETRY_QUEUED', snapshot: { executionStatus: 'QUEUED' } })
  expect(await client.retrieveRun(id)).toMatchObject({ status: 'QUEUED', attemptCount: 2 })
  expect(await dequeue()).toBeUndefined()
})

it('ends a run after its last attempt, or where the worker asks for no other', async () => {
  const { client, start, id } = await openRun({ maxAttempts: 1 })
  await (await start()).complete(failure(10))
  expect(await client.retrieveRun(id)).toMatchObject({
    status: 'FAILED',
    isFailed: true,
    error: { name: 'Error', message: 'broken', stackTrace: expect.stringContaining('task.ts') },
  })
  const { id: other } = await client.triggerTask('task', {})
  await (await start()).complete({ ...failure(), skippedRetrying: true } as Completion)
  expect(await client.retrieveRun(other)).toMatchObject({ status: 'FAILED', attemptCount: 1 })
})

it("retries a crash by the task's own settings, through the queue", async () => {
  const { client, start, id } = await openRun()
  const { body } = await (await start()).complete(crash('TASK_PROCESS_EXITED_WITH_NON_ZERO_CODE'))
  expect(body.result.attemptStatus).toBe('RETRY_QUEUED')
  await (await start()).complete(crash('TASK_PROCESS_SIGTERM'))
  await (await start()).complete(crash('TASK_PROCESS_EXITED_WITH_NON_ZERO_CODE'))
  expect(await client.retrieveRun(id)).toMatchObject({ status: 'CRASHED', attemptCount: 3 })
})

it.each([
  ['TASK_PROCESS_MAYBE_OOM_KILLED', 'CRASHED'],
  ['MAX_DURATION_EXCEEDED', 'TIMED_OUT'],
  ['TASK_DID_CONCURRENT_WAIT', 'SYSTEM_FAILURE'],
  ['COULD_NOT_FIND_EXECUTOR', 'SYSTEM_FAILURE'],
] as const)('ends a run at once by %s, as %s', async (code, status) => {
  const { client, start, id } = await openRun()
  await (await start()).complete(crash(code))
  expect(await client.retrieveRun(id)).toMatchObject({ status, attemptCount: 1 })
})

it('gives a run that went out of memory another try where another machine is named', async () => {
  const { register, client, start } = await openLoopback()
  await register({ retry: { ...retry, outOfMemory: { machine: 'large-1x' } } })
  const { id } = await client.triggerTask('task', {})
  await (await start()).complete(crash('TASK_PROCESS_MAYBE_OOM_KILLED'))
  const second = await start()
  expect(second.attempt.body.execution.machine.name).toBe('large-1x')
  await second.complete(crash('TASK_PROCESS_MAYBE_OOM_KILLED'))
  expect((await client.retrieveRun(id)).status).toBe('CRASHED')
})

it('takes the metadata that comes with the end of an attempt, and drops what is too much', async () => {
  const { client, start, id } = await openRun({ metadata: { kept: 1, list: ['a'] } })
  const flushed = (...operations: object[]) => ({
    flushedMetadata: { data: JSON.stringify({ operations }), dataType: 'application/json' },
  })
  await (
    await start()
  ).complete({ ...failure(10), ...flushed({ type: 'set', key: 'code', value: 'E1' }) } as Completion)
  expect((await client.retrieveRun(id)).metadata).toEqual({ kept: 1, list: ['a'], code: 'E1' })
  await client.updateRunMetadata(id, {
    operations: [
      { type: 'append', key: 'list', value: 'b' },
      { type: 'increment', key: 'kept', value: 2 },
      { type: 'set', key: '$.deep.er', value: true },
      { type: 'remove', key: 'list', value: 'a' },
      { type: 'delete', key: 'code' },
    ],
  })
  const after = { kept: 3, list: ['b'], deep: { er: true } }
  expect((await client.retrieveRun(id)).metadata).toEqual(after)
  const huge = { operations: [{ type: 'set' as const, key: 'huge', value: 'x'.repeat(256 * 1024) }] }
  await expect(client.updateRunMetadata(id, huge)).rejects.toThrow('Metadata exceeds maximum size of 262144 bytes')
  expect((await client.retrieveRun(id)).metadata).toEqual(after)
})

it('ends an executing run whose worker is silent, and puts one back that never began', async () => {
  const { client, register, dequeue, start } = await openLoopback({ stallMs: { pendingMs: 100, executingMs: 300 } })
  await register({ retry })
  const { id } = await client.triggerTask('task', {})
  await dequeue()
  const held = await start() // it came back
  await held.heartbeat()
  await expect.poll(async () => (await client.retrieveRun(id)).status).toBe('CANCELED')
  expect((await client.retrieveRun(id)).error?.message).toContain('TASK_RUN_STALLED_EXECUTING')
})

it('cancels the runs of a worker that has gone, in the words of the watchdog', async () => {
  const { client, start, request, id } = await openRun()
  await start()
  const { body } = await request('POST', '/engine/v1/dev/disconnect', { runFriendlyIds: [id, 'run_unknown'] })
  expect(body).toEqual({ cancelled: 1 })
  expect(await client.retrieveRun(id)).toMatchObject({
    status: 'CANCELED',
    error: { message: 'Dev session ended (CLI exited)' },
  })
})

it('gives a run up that went back into its queue for the twelfth time', async () => {
  const { register, client, start } = await openLoopback()
  await register({ retry: { ...retry, maxAttempts: 50 } })
  const { id } = await client.triggerTask('task', {})
  for (let attempt = 1; attempt <= 12; attempt += 1) {
    await (await start()).complete(crash('TASK_PROCESS_EXITED_WITH_NON_ZERO_CODE'))
  }
  expect(await client.retrieveRun(id)).toMatchObject({ status: 'SYSTEM_FAILURE', attemptCount: 12 })
})

it('lets a worker that has gone take a run, where it is asked to', async () => {
  const { client, register, dequeue } = await openLoopback({ goneWorkersTakeRuns: true, stallMs: { pendingMs: 200 } })
  await register({})
  expect(await dequeue()).toBeUndefined() // its worker goes away
  const { id } = await client.triggerTask('task', {})
  expect((await client.retrieveRun(id)).status).toBe('DEQUEUED')
  expect((await dequeue())?.run.friendlyId ?? (await dequeue())?.run.friendlyId).toBe(id)
})
