import { defineJob } from '@cgk-platform/jobs-core'
import { describe, expect, test } from 'vitest'

import { failureOf, errorResponse } from '../kit/faults.ts'
import { openJobs } from '../kit/open-jobs.ts'
import { requestRaw, eventHistory, sendRaw } from '../kit/raw-api.ts'
import { failRequests, requestsOf } from '../kit/requests.ts'
import { eventKey } from '../kit/secrets.ts'

const payload = { tenantId: 'acme', number: 1 }

describe("the SDK's own `send`", () => {
  test('does not report the id of an event that was possibly accepted; this library does', async () => {
    const { client, engine, inngest, pause } = await openJobs()
    failRequests(engine, 'send', { kind: 'cut' })
    const naive = await failureOf(inngest.send({ name: 'work.asked', data: payload }))
    const [taken] = await eventHistory(engine)
    expect(taken).toBeDefined()
    expect(JSON.stringify(naive, Object.getOwnPropertyNames(naive))).not.toContain(taken)
    const ours = await failureOf(client.sendJob('work.asked', payload))
    await pause(1000)
    expect(await eventHistory(engine)).toContain((ours as { jobId?: string }).jobId)
  })

  test('tries five times after a rejection and does not report accepted events; this library reports each', async () => {
    const { client, engine, inngest } = await openJobs({ engine: { maxEventBytes: 2000 } })
    const datas = ['1', 'x'.repeat(3000), '3']
    const naive = inngest.send(datas.map((data) => ({ name: 'work.asked', data: { ...payload, data } })))
    await expect(naive).rejects.toThrow('Event is over the max size')
    expect(requestsOf(engine, 'send')).toHaveLength(5)
    expect(new Set(await eventHistory(engine)).size).toBe(1) // the third was never checked

    const results = await client.sendJobs(
      datas.map((data) => ({ event: 'work.asked' as const, payload: { ...payload, data } })),
    )
    expect(results.map(({ ok }) => ok)).toEqual([true, false, true])
    const before = requestsOf(engine, 'send').length
    await failureOf(client.sendJob('work.asked', { ...payload, data: datas[1] }))
    expect(requestsOf(engine, 'send')).toHaveLength(before + 1)
  })

  test('uses its own delays whatever the server requests; this library observes `Retry-After`', async () => {
    const { client, engine, inngest } = await openJobs({ factor: 10 })
    failRequests(engine, 'send', errorResponse(429, 'slow down', { 'retry-after': '4' }), 1)
    await inngest.send({ name: 'work.asked', data: payload })
    const [first, second] = requestsOf(engine, 'send')
    expect(second!.at - first!.at).toBeLessThan(4000)
    failRequests(engine, 'send', errorResponse(429, 'slow down', { 'retry-after': '4' }), 1)
    await client.sendJob('work.asked', payload)
    const [third, fourth] = requestsOf(engine, 'send').slice(2)
    expect(fourth!.at - third!.at).toBeGreaterThanOrEqual(4000)
  })
})

describe('the time of an event', () => {
  test("delays it if the sender's clock is ahead; this library sets none for an immediate send", async () => {
    const { client, engine, engineClock } = await openJobs({
      aheadMs: 60_000,
      jobs: [defineJob({ id: 'work', event: 'work.asked', handler: () => 'done' })],
    })
    const naive = await sendRaw(engine, { name: 'work.asked', data: payload, ts: engineClock.now() + 60_000 })
    const { id } = await client.sendJob('work.asked', payload)
    await expect(client.waitForJob(id, { timeout: '30s' })).resolves.toMatchObject({ state: 'completed' })
    expect((await requestRaw(engine, 'GET', `/v2/events/${naive}/runs`)).body.data).toMatchObject([
      { status: 'QUEUED' },
    ])
  })
})

describe('an event with an existing id', () => {
  const seed = { 'x-inngest-event-id-seed': `${Date.now()},${Buffer.alloc(10, 7).toString('base64')}` }

  test('is stored twice, and a read can return either; this library checks first and sends it once', async () => {
    const { client, engine, pause } = await openJobs()
    const post = async (number: number): Promise<string> => {
      const body = JSON.stringify([{ name: 'work.asked', data: { tenantId: 'acme', number } }])
      const answer = await fetch(`${engine.url}/e/${eventKey}`, { method: 'POST', headers: seed, body })
      return ((await answer.json()) as { ids: string[] }).ids[0]!
    }
    const id = await post(1)
    expect(await post(2)).toBe(id)
    const read = async (r: number) =>
      (await requestRaw(engine, 'GET', `/v1/events/${id}?r=${r}`)).body.data?.data.number
    await expect.poll(() => read(0)).toBeDefined()
    const seen = new Set<number>()
    for (let r = 1; r < 20; r++) seen.add(await read(r))
    expect(seen).toEqual(new Set([1, 2]))

    const first = await client.sendJob('work.asked', payload, { idempotencyKey: 'once' })
    const second = await client.sendJob('work.asked', { tenantId: 'acme', number: 2 }, { idempotencyKey: 'once' })
    expect(second).toEqual({ ...first, deduplicated: true })
    await pause(1000)
    expect((await eventHistory(engine)).filter((one) => one === first.id)).toHaveLength(1)
  })

  test("with a producer's own id creates a second job; with this library both sends are one job", async () => {
    const { client, engine } = await openJobs()
    const event = { id: 'order-1001', name: 'work.asked', data: payload }
    expect(await sendRaw(engine, event)).not.toBe(await sendRaw(engine, event))
    const key = { idempotencyKey: 'order-1001' }
    const [one, other] = [
      await client.sendJob('work.asked', payload, key),
      await client.sendJob('work.asked', payload, key),
    ]
    expect(other.id).toBe(one.id)
  })
})

describe('a trace', () => {
  test('in a header does not reach the function; with this library it is part of the event', async () => {
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'
    const seen: (string | undefined)[] = []
    const { client, engine, until } = await openJobs({
      jobs: [defineJob({ id: 'work', event: 'work.asked', handler: () => 'done' })],
      hooks: { onAttemptStart: (info) => void seen.push(info.traceparent) },
    })
    const init = {
      method: 'POST',
      headers: { traceparent },
      body: JSON.stringify({ name: 'work.asked', data: payload }),
    }
    await fetch(`${engine.url}/e/${eventKey}`, init)
    await until(() => seen.length === 1)
    await client.sendJob('work.asked', payload, { traceparent })
    await until(() => seen.length === 2)
    expect(seen).toEqual([undefined, traceparent])
  })
})
