import { defineJob } from '@cgk-platform/jobs-core'
import { describe, expect, test } from 'vitest'

import { failureOf, refusal } from '../kit/faults.ts'
import { openJobs } from '../kit/open-jobs.ts'
import { ask, eventHistory, sendRaw } from '../kit/raw-api.ts'
import { letFail, requestsOf } from '../kit/requests.ts'
import { eventKey } from '../kit/secrets.ts'

const payload = { tenantId: 'acme', number: 1 }

describe("the SDK's own `send`", () => {
  test('does not tell the id of what may have been taken; ours does', async () => {
    const { client, engine, inngest, pause } = await openJobs()
    letFail(engine, 'send', { kind: 'cut' })
    const naive = await failureOf(inngest.send({ name: 'work.asked', data: payload }))
    const [taken] = await eventHistory(engine)
    expect(taken).toBeDefined()
    expect(JSON.stringify(naive, Object.getOwnPropertyNames(naive))).not.toContain(taken)
    const ours = await failureOf(client.sendJob('work.asked', payload))
    await pause(1000)
    expect(await eventHistory(engine)).toContain((ours as { jobId?: string }).jobId)
  })

  test('asks five times after a refusal, throws, and says nothing of what was taken before it; ours answers for each', async () => {
    const { client, engine, inngest } = await openJobs({ engine: { maxEventBytes: 2000 } })
    const datas = ['1', 'x'.repeat(3000), '3']
    const naive = inngest.send(datas.map((data) => ({ name: 'work.asked', data: { ...payload, data } })))
    await expect(naive).rejects.toThrow('Event is over the max size')
    expect(requestsOf(engine, 'send')).toHaveLength(5)
    expect(new Set(await eventHistory(engine)).size).toBe(1) // the third was never looked at

    const results = await client.sendJobs(
      datas.map((data) => ({ event: 'work.asked' as const, payload: { ...payload, data } })),
    )
    expect(results.map(({ ok }) => ok)).toEqual([true, false, true])
    const before = requestsOf(engine, 'send').length
    await failureOf(client.sendJob('work.asked', { ...payload, data: datas[1] }))
    expect(requestsOf(engine, 'send')).toHaveLength(before + 1)
  })

  test('waits by a time of its own for each try, whatever the server asks for; ours heeds it', async () => {
    const { client, engine, inngest } = await openJobs({ factor: 10 })
    letFail(engine, 'send', refusal(429, 'slow down', { 'retry-after': '4' }), 1)
    await inngest.send({ name: 'work.asked', data: payload })
    const [first, second] = requestsOf(engine, 'send')
    expect(second!.at - first!.at).toBeLessThan(4000)
    letFail(engine, 'send', refusal(429, 'slow down', { 'retry-after': '4' }), 1)
    await client.sendJob('work.asked', payload)
    const [third, fourth] = requestsOf(engine, 'send').slice(2)
    expect(fourth!.at - third!.at).toBeGreaterThanOrEqual(4000)
  })
})

describe('the time of an event', () => {
  test('that is told delays it where the clock of the sender is ahead; ours tells none for an immediate send', async () => {
    const { client, engine, engineClock } = await openJobs({
      aheadMs: 60_000,
      jobs: [defineJob({ id: 'work', event: 'work.asked', handler: () => 'done' })],
    })
    const naive = await sendRaw(engine, { name: 'work.asked', data: payload, ts: engineClock.now() + 60_000 })
    const { id } = await client.sendJob('work.asked', payload)
    await expect(client.waitForJob(id, { timeout: '30s' })).resolves.toMatchObject({ state: 'completed' })
    expect((await ask(engine, 'GET', `/v2/events/${naive}/runs`)).body.data).toMatchObject([{ status: 'QUEUED' }])
  })
})

describe('an event of an id that is there already', () => {
  const seed = { 'x-inngest-event-id-seed': `${Date.now()},${Buffer.alloc(10, 7).toString('base64')}` }

  test('is kept beside the first, and reading may show either; ours looks first, and sends it once', async () => {
    const { client, engine, pause } = await openJobs()
    const post = async (number: number): Promise<string> => {
      const body = JSON.stringify([{ name: 'work.asked', data: { tenantId: 'acme', number } }])
      const answer = await fetch(`${engine.url}/e/${eventKey}`, { method: 'POST', headers: seed, body })
      return ((await answer.json()) as { ids: string[] }).ids[0]!
    }
    const id = await post(1)
    expect(await post(2)).toBe(id)
    const read = async (r: number) => (await ask(engine, 'GET', `/v1/events/${id}?r=${r}`)).body.data?.data.number
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

  test("an id of the producer's own makes another job of the second send; with ours both are one", async () => {
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
  test('of a header does not come to the function; ours travels with the event', async () => {
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
