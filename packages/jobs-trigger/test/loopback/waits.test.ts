import { parsePacket } from '@trigger.dev/core/v3'
import { expect, it } from 'vitest'

import { type Answer, failure, type HeldRun, openLoopback, type OpenLoopback, success } from './open-loopback.ts'

/** A run that is executed, and what its worker is told of it. */
interface Running extends OpenLoopback {
  readonly held: HeldRun
  latest(): Promise<Answer['body']>
}

async function openRunning(): Promise<Running> {
  const loopback = await openLoopback()
  await loopback.register({}, { id: 'child' })
  await loopback.client.triggerTask('task', {})
  const held = await loopback.start()
  const path = `/engine/v1/dev/runs/${held.id}/snapshots/latest`
  return { ...loopback, held, latest: async () => (await loopback.request('GET', path)).body.execution }
}

it('holds a run until the time that it waits for', async () => {
  const { client, held, latest } = await openRunning()
  const date = new Date(Date.now() + 200)
  const { waitpoint } = await client.waitForDuration(held.id, { date })
  expect((await latest()).snapshot.executionStatus).toBe('EXECUTING_WITH_WAITPOINTS')
  expect((await client.retrieveRun(held.id)).status).toBe('EXECUTING')
  await expect.poll(async () => (await latest()).snapshot.executionStatus).toBe('EXECUTING')
  expect(Date.now()).toBeGreaterThanOrEqual(date.getTime())
  expect((await latest()).completedWaitpoints).toMatchObject([{ friendlyId: waitpoint.id, type: 'DATETIME' }])
})

it('holds a run until a token is completed, with what it is completed with', async () => {
  const { client, held, latest } = await openRunning()
  const options = { tags: ['order'], idempotencyKey: 'key', timeout: '1h' }
  const token = await client.createWaitpointToken(options)
  expect(await client.createWaitpointToken(options)).toMatchObject({ id: token.id, isCached: true })
  await client.waitForWaitpointToken({ runFriendlyId: held.id, waitpointFriendlyId: token.id })
  const list = async (query: object) => (await client.listWaitpointTokens(query)).data.map(({ id }) => id)
  expect(await list({ status: 'WAITING', tags: ['order'] })).toEqual([token.id])
  expect(await list({ status: 'WAITING', tags: ['other'] })).toEqual([])
  await client.completeWaitpointToken(token.id, { data: { yes: true } })
  expect(await list({ status: 'WAITING' })).toEqual([])
  await expect.poll(async () => (await latest()).completedWaitpoints).toHaveLength(1)
  const [{ output, outputType, outputIsError }] = (await latest()).completedWaitpoints
  expect(await parsePacket({ data: output, dataType: outputType })).toEqual({ yes: true })
  expect(outputIsError).toBe(false)
  await client.completeWaitpointToken(token.id, { data: 'late' })
  expect(await client.retrieveWaitpointToken(token.id)).toMatchObject({ status: 'COMPLETED', output })
})

it('lets a run go on with a failure where a token is not completed in time', async () => {
  const { client, held, latest } = await openRunning()
  const token = await client.createWaitpointToken({ timeout: '1s' })
  await client.waitForWaitpointToken({ runFriendlyId: held.id, waitpointFriendlyId: token.id })
  await expect.poll(async () => (await latest()).completedWaitpoints).toHaveLength(1)
  expect((await latest()).completedWaitpoints[0]).toMatchObject({ outputIsError: true })
  expect(await client.retrieveWaitpointToken(token.id)).toMatchObject({ status: 'TIMED_OUT' })
})

it('holds a run until its child is over, also one that was before', async () => {
  const { client, held, latest, start } = await openRunning()
  const options = { parentRunId: held.id, resumeParentOnCompletion: true, idempotencyKey: 'key' }
  const { id } = await client.triggerTask('child', { options })
  expect((await latest()).snapshot.executionStatus).toBe('EXECUTING_WITH_WAITPOINTS')
  await (await start()).complete(success)
  await expect
    .poll(async () => (await latest()).completedWaitpoints)
    .toMatchObject([{ type: 'RUN', completedByTaskRun: { friendlyId: id }, output: '"done"', outputIsError: false }])
  expect(await client.triggerTask('child', { options })).toMatchObject({ id, isCached: true })
  expect((await latest()).snapshot.executionStatus).toBe('EXECUTING_WITH_WAITPOINTS')
  await expect.poll(async () => (await latest()).completedWaitpoints).toHaveLength(1)
})

it('tells a waiting run of the error of its child', async () => {
  const { client, held, latest, start } = await openRunning()
  await client.triggerTask('child', { options: { parentRunId: held.id, resumeParentOnCompletion: true } })
  await (await start()).complete(failure())
  await expect.poll(async () => (await latest()).completedWaitpoints).toHaveLength(1)
  const [{ output, outputIsError }] = (await latest()).completedWaitpoints
  expect({ outputIsError, error: JSON.parse(output) }).toMatchObject({
    outputIsError: true,
    error: { message: 'broken' },
  })
})

it('lets a run that waits for a batch go on once the whole batch is over', async () => {
  const { client, held, latest, start } = await openRunning()
  const batch = await client.createBatch({ runCount: 2, parentRunId: held.id, resumeParentOnCompletion: true })
  await client.streamBatchItems(
    batch.id,
    [0, 1].map((index) => ({ index, task: 'child' })),
  )
  await (await start()).complete(success)
  expect((await latest()).snapshot.executionStatus).toBe('EXECUTING_WITH_WAITPOINTS')
  await (await start()).complete(success)
  await expect.poll(async () => (await latest()).completedWaitpoints).toHaveLength(3)
  const runs = (await latest()).completedWaitpoints.filter(({ type }: { type: string }) => type === 'RUN')
  expect(runs).toMatchObject(
    [0, 1].map((index) => ({ index, completedByTaskRun: { batch: { friendlyId: batch.id } } })),
  )
})
