import { expect, it } from 'vitest'

import { type Completion, failure, openLoopback, success } from './open-loopback.ts'

const cancelled: Completion = { ok: false, error: { type: 'INTERNAL_ERROR', code: 'TASK_RUN_CANCELLED' } }

it('cancels a run that has not begun at once, and a finished one not at all', async () => {
  const { client, register, dequeue } = await openLoopback()
  await register({})
  const { id } = await client.triggerTask('task', {})
  const { id: delayed } = await client.triggerTask('task', { options: { delay: '1h' } })
  for (const each of [id, delayed]) await client.cancelRun(each)
  expect(await client.retrieveRun(id)).toMatchObject({ status: 'CANCELED', error: { message: 'Canceled by user' } })
  expect((await client.retrieveRun(delayed)).status).toBe('CANCELED')
  expect(await dequeue()).toBeUndefined()
  expect(await client.cancelRun(id)).toEqual({ id })
  await expect(client.cancelRun('run_unknown')).rejects.toMatchObject({ status: 404 })
})

it('shows a running run as cancelled at once, while its worker is still to be heard', async () => {
  const { client, register, start, request, startAt } = await openLoopback()
  await register({})
  const { id } = await client.triggerTask('task', {})
  await start()
  await client.cancelRun(id)
  const run = await client.retrieveRun(id)
  expect(run.status).toBe('CANCELED')
  expect(run.finishedAt).toBeUndefined()
  const { body } = await request('GET', `/engine/v1/dev/runs/${id}/snapshots/latest`)
  const { snapshot } = body.execution
  expect(snapshot.executionStatus).toBe('PENDING_CANCEL')
  expect((await startAt(id, snapshot.friendlyId)).attempt.status).toBe(400)
  const path = `/engine/v1/dev/runs/${id}/snapshots/${snapshot.friendlyId}/attempts/complete`
  const { body: ended } = await request('POST', path, { completion: { id, ...cancelled } })
  expect(ended.result.attemptStatus).toBe('RUN_FINISHED')
  expect(await client.retrieveRun(id)).toMatchObject({ status: 'CANCELED', error: { message: 'Canceled by user' } })
  expect((await client.retrieveRun(id)).finishedAt).toBeDefined()
})

it('takes the success of a worker that did not obey', async () => {
  const { client, register, start, request } = await openLoopback()
  await register({})
  const { id } = await client.triggerTask('task', {})
  const held = await start()
  await client.cancelRun(id)
  expect((await held.complete(success)).status).toBe(400) // it knows an older snapshot
  const { body } = await request('GET', `/engine/v1/dev/runs/${id}/snapshots/latest`)
  const path = `/engine/v1/dev/runs/${id}/snapshots/${body.execution.snapshot.friendlyId}/attempts/complete`
  await request('POST', path, { completion: { id, ...success } })
  expect((await client.retrieveRun(id)).status).toBe('COMPLETED')
})

it('cancels the children of a running parent once that is over', async () => {
  const { client, register, start, request } = await openLoopback()
  await register({})
  const { id } = await client.triggerTask('task', {})
  await start()
  const { id: child } = await client.triggerTask('task', { options: { parentRunId: id } })
  await client.cancelRun(id)
  const { body } = await request('GET', `/engine/v1/dev/runs/${id}/snapshots/latest`)
  const path = `/engine/v1/dev/runs/${id}/snapshots/${body.execution.snapshot.friendlyId}/attempts/complete`
  expect((await client.retrieveRun(child)).status).toBe('QUEUED')
  await request('POST', path, { completion: { id, ...cancelled } })
  expect((await client.retrieveRun(child)).status).toBe('CANCELED')
})

it('cancels a run between two attempts', async () => {
  const { client, register, start } = await openLoopback()
  await register({ retry: { maxAttempts: 3 } })
  const { id } = await client.triggerTask('task', {})
  await (await start()).complete(failure(60_000))
  await client.cancelRun(id)
  expect(await client.retrieveRun(id)).toMatchObject({ status: 'CANCELED', attemptCount: 1 })
})
