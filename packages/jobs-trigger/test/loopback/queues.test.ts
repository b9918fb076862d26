import { expect, it } from 'vitest'

import { openLoopback, success } from './open-loopback.ts'

it('lets no more runs of a queue go than its limit, in the order of their time', async () => {
  const { client, register, start, dequeue } = await openLoopback()
  await register({ queue: { concurrencyLimit: 1 } })
  const [first, second] = [await client.triggerTask('task', {}), await client.triggerTask('task', {})]
  const held = await start()
  expect(held.id).toBe(first.id)
  expect(await dequeue()).toBeUndefined()
  expect(await client.retrieveQueue({ type: 'task', name: 'task' })).toMatchObject({ running: 1, queued: 1 })
  await held.complete(success)
  expect((await start()).id).toBe(second.id)
})

it('counts a limit for each concurrency key', async () => {
  const { client, register, start, dequeue } = await openLoopback()
  await register({ queue: { concurrencyLimit: 1 } })
  const trigger = (concurrencyKey: string) => client.triggerTask('task', { options: { concurrencyKey } })
  const [a, waiting, b] = [await trigger('a'), await trigger('a'), await trigger('b')]
  expect((await start()).id).toBe(a.id)
  expect((await start()).id).toBe(b.id)
  expect(await dequeue()).toBeUndefined()
  expect((await client.retrieveRun(waiting.id)).status).toBe('QUEUED')
})

it('lets tasks share a named queue, and gives a task whose id it cannot write that of another', async () => {
  const { client, register, dequeue, server } = await openLoopback()
  const queue = { name: 'shared', concurrencyLimit: 1 }
  await register({ id: 'one', queue }, { id: 'two', queue }, { id: 'order.created' }, { id: 'ordercreated' })
  await client.triggerTask('one', {})
  await client.triggerTask('two', {})
  await dequeue()
  expect(await dequeue()).toBeUndefined()
  for (const task of ['order.created', 'ordercreated']) await client.triggerTask(task, {})
  expect(server.runs().map((run) => run.queue)).toEqual(['shared', 'shared', 'task/ordercreated', 'task/ordercreated'])
  const page = await client.listQueues()
  expect(page.data.map(({ name, type }) => `${type} ${name}`)).toEqual(['custom shared', 'task ordercreated'])
})

it('gives back the place of a run that waits for a late retry', async () => {
  const { client, register, start } = await openLoopback()
  await register({ queue: { concurrencyLimit: 1 }, retry: { maxAttempts: 2 } })
  const [first, second] = [await client.triggerTask('task', {}), await client.triggerTask('task', {})]
  const held = await start()
  const error = { type: 'STRING_ERROR' as const, raw: 'broken' }
  await held.complete({ ok: false, error, retry: { delay: 30_000, timestamp: Date.now() + 30_000 } })
  expect((await start()).id).toBe(second.id)
  expect((await client.retrieveRun(first.id)).status).toBe('QUEUED')
})

it('takes the newest version for every run without a lock, with the limits that it declares', async () => {
  const { client, register, dequeue } = await openLoopback()
  await register({ queue: { concurrencyLimit: 1 } })
  for (let index = 0; index < 2; index += 1) await client.triggerTask('task', {})
  const { body } = await register({ queue: { concurrencyLimit: 2 } })
  for (let index = 0; index < 2; index += 1) expect((await dequeue())?.backgroundWorker.friendlyId).toBe(body.id)
})

it('wakes a worker that waits for work', async () => {
  const { client, register, dequeue } = await openLoopback()
  await register({})
  const waiting = dequeue()
  const { id } = await client.triggerTask('task', {})
  expect((await waiting)?.run.friendlyId).toBe(id)
})
