import { expect, it } from 'vitest'

import { openLoopback, success } from './open-loopback.ts'

it('says of an unknown run that asking again may help', async () => {
  const { request } = await openLoopback()
  const { status, body, headers } = await request('GET', '/api/v3/runs/run_unknown')
  expect({ status, body }).toEqual({ status: 404, body: { error: 'Not found' } })
  expect(headers.get('x-should-retry')).toBe('true')
})

it('lists runs by tag, state, task and time, newest first, page by page', async () => {
  const { client, register, start } = await openLoopback({ listLagMs: 0 })
  await register({})
  const ids: string[] = []
  for (const tags of [['a'], ['b'], ['a', 'b'], ['c']]) {
    ids.push((await client.triggerTask('task', { options: { tags } })).id)
  }
  await client.triggerTask('other', { options: { tags: ['c'] } })
  await (await start()).complete(success)
  const list = async (query: object) => (await client.listRuns(query)).data.map(({ id }) => ids.indexOf(id))
  expect(await list({ tag: 'a' })).toEqual([2, 0])
  expect(await list({ tag: ['a', 'b'] })).toEqual([2, 1, 0])
  expect(await list({ taskIdentifier: 'task', tag: 'c' })).toEqual([3])
  expect(await list({ status: 'COMPLETED' })).toEqual([0])
  expect(await list({ status: ['COMPLETED', 'QUEUED'], taskIdentifier: 'task' })).toEqual([3, 2, 1, 0])
  expect(await list({ to: new Date(Date.now() - 60_000) })).toEqual([])

  const pages: number[][] = []
  for await (const run of await client.listRuns({ taskIdentifier: 'task', limit: 3 })) pages.push([ids.indexOf(run.id)])
  expect(pages.flat()).toEqual([3, 2, 1, 0])
  const first = await client.listRuns({ taskIdentifier: 'task', limit: 3 })
  expect(first.pagination).toEqual({ next: expect.any(String), previous: undefined })
  const second = await first.getNextPage()
  expect(second.data.map(({ id }) => ids.indexOf(id))).toEqual([0])
  expect(second.pagination).toEqual({ next: undefined, previous: expect.any(String) })
})

it('lists the runs of the last week alone, unless it is asked for another time', async () => {
  let nowMs = Date.now()
  const { client } = await openLoopback({ now: () => nowMs, listLagMs: 0 })
  const { id } = await client.triggerTask('task', { options: { ttl: 0 } })
  nowMs += 8 * 86_400_000
  expect((await client.listRuns()).data).toEqual([])
  expect((await client.listRuns({ period: '30d' })).data.map((run) => run.id)).toEqual([id])
  expect((await client.listRuns({ from: new Date(0) })).data.map((run) => run.id)).toEqual([id])
})

it('adds tags to a finished run, ten at most', async () => {
  const { client, register, start } = await openLoopback()
  await register({})
  const { id } = await client.triggerTask('task', { options: { tags: ['a'] } })
  await (await start()).complete(success)
  expect(await client.addTags(id, { tags: ['b', 'a', 'c'] })).toEqual({ message: 'Successfully set 2 new tags.' })
  expect(await client.addTags(id, { tags: 'a' })).toEqual({ message: 'No new tags to add' })
  expect((await client.retrieveRun(id)).tags).toEqual(['a', 'b', 'c'])
  const many = Array.from({ length: 8 }, (_, index) => `tag-${index}`)
  await expect(client.addTags(id, { tags: many })).rejects.toThrow(
    "Runs can only have 10 tags, you're trying to set 11.",
  )
})

it('replays a run with its payload, tags and first metadata, but not its key', async () => {
  const { client } = await openLoopback()
  const { id } = await client.triggerTask('task', {
    payload: { a: 1 },
    options: { tags: ['a'], metadata: { first: true }, idempotencyKey: 'key', concurrencyKey: 'tenant' },
  })
  await client.updateRunMetadata(id, { operations: [{ type: 'set', key: 'later', value: true }] })
  const { id: again } = await client.replayRun(id)
  expect(again).not.toBe(id)
  const run = await client.retrieveRun(again)
  expect(run).toMatchObject({ payload: { a: 1 }, tags: ['a'], metadata: { first: true } })
  expect(run.idempotencyKey).toBeUndefined()
  expect(run.relatedRuns).toEqual({ children: [] })
})

it('reschedules a delayed run, and no other', async () => {
  const { client, register, dequeue } = await openLoopback()
  await register({})
  const { id } = await client.triggerTask('task', { options: { delay: '1h' } })
  const soon = new Date(Date.now() + 100)
  expect(await client.rescheduleRun(id, { delay: soon })).toMatchObject({ status: 'DELAYED', delayedUntil: soon })
  expect((await dequeue())?.run.friendlyId).toBe(id)
  await expect(client.rescheduleRun(id, { delay: '1h' })).rejects.toMatchObject({ status: 400 })
})

it('takes a batch in two steps, and makes its runs a while later', async () => {
  const { client } = await openLoopback({ listLagMs: 0 })
  const batch = await client.createBatch({ runCount: 2 })
  const items = [0, 1].map((index) => ({ index, task: 'task', payload: { index }, options: { tags: ['batch'] } }))
  expect(await client.streamBatchItems(batch.id, items)).toMatchObject({ itemsAccepted: 2, sealed: true })
  const list = async () => (await client.listRuns({ tag: 'batch' })).data
  expect(await list()).toEqual([])
  await expect.poll(list).toHaveLength(2)
  const data = await list()
  expect((await client.retrieveRun(data[0]!.id)).batchId).toBe(batch.id)
})

it('has no deployment in its development environment', async () => {
  const { client } = await openLoopback()
  await expect(client.retrieveCurrentDeployment()).rejects.toMatchObject({ status: 404 })
})

it('lists what a run was a while ago', async () => {
  const { client } = await openLoopback({ listLagMs: 150 })
  const { id } = await client.triggerTask('task', { options: { delay: '1h', tags: ['a'] } })
  const list = async () => (await client.listRuns({ tag: 'a' })).data.map(({ status }) => status)
  expect(await list()).toEqual([])
  await expect.poll(list).toEqual(['DELAYED'])
  await client.cancelRun(id)
  expect(await list()).toEqual(['DELAYED'])
  await expect.poll(list).toEqual(['CANCELED'])
})
