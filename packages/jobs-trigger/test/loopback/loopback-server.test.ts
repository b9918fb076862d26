import { expect, it } from 'vitest'

import { createLoopbackServer } from './index.ts'
import { openLoopback } from './open-loopback.ts'

it('records every request with its body and its status', async () => {
  const { client, server } = await openLoopback()
  await client.triggerTask('task', { payload: { a: 1 } })
  await client.retrieveRun('run_unknown').catch(() => undefined)
  expect(server.requests).toMatchObject([
    { method: 'POST', path: '/api/v1/tasks/task/trigger', status: 200, body: { payload: { a: 1 } }, fromWorker: false },
    { method: 'GET', path: '/api/v3/runs/run_unknown', status: 404 },
  ])
})

it('makes the requests go wrong that a fault names, as often as it says', async () => {
  const { client, server, request } = await openLoopback()
  const trigger = () => client.triggerTask('task', {})
  const undo = server.fault({ path: /trigger$/, times: 1 }, { kind: 'answer', status: 503, body: { error: 'away' } })
  await expect(trigger()).rejects.toMatchObject({ status: 503 })
  await trigger()
  undo()

  server.fault({ path: /trigger$/, times: 1 }, { kind: 'reset', when: 'before' })
  await expect(trigger()).rejects.toThrow('Connection error')
  expect(server.runs()).toHaveLength(1)
  server.fault({ path: /trigger$/, times: 1 }, { kind: 'reset', when: 'after' })
  await expect(trigger()).rejects.toThrow('Connection error')
  expect(server.runs()).toHaveLength(2)
  server.fault({ path: /trigger$/, times: 1 }, { kind: 'cut' })
  await expect(trigger()).rejects.toThrow('200 Validation error')
  expect(server.runs()).toHaveLength(3)

  server.fault({ method: 'POST', path: /trigger$/ }, { kind: 'delay', delayMs: 100 })
  const before = performance.now()
  await trigger()
  expect(performance.now() - before).toBeGreaterThan(95)
  server.fault({ path: /\/runs\// }, { kind: 'hang' })
  const hanging = fetch(`${server.url}/api/v3/runs/x`, { signal: AbortSignal.timeout(100) })
  await expect(hanging).rejects.toMatchObject({ name: 'TimeoutError' })
  expect((await request('GET', '/api/v1/queues')).status).toBe(200)
})

it('starts again on the same address with what it had stored', async () => {
  const { client, server, register, dequeue } = await openLoopback()
  await register({})
  const { id } = await client.triggerTask('task', { options: { delay: new Date(Date.now() + 50) } })
  const restarted = server.restart(100)
  await expect(client.retrieveRun(id)).rejects.toThrow('Connection error')
  await restarted
  expect((await dequeue())?.run.friendlyId).toBe(id)
})

it('fails its test where an endpoint is asked for that it does not have', async () => {
  const server = await createLoopbackServer()
  await fetch(`${server.url}/api/v1/unheard-of`)
  await expect(server.close()).rejects.toThrow('`GET /api/v1/unheard-of` is not served by the loopback server')
})
