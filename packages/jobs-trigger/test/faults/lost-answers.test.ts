import { type JobItem, SendFailedError, type SendResult } from '@cgk-platform/jobs-core'
import { describe, expect, test } from 'vitest'

import { failureOf, page, refusal } from '../kit/faults.ts'
import { openSender } from '../kit/open-sender.ts'
import { letFail, requestsOf } from '../kit/requests.ts'
import type { Fault } from '../loopback/index.ts'

const payload = { tenantId: 'acme', number: 1 }
const keyed = { idempotencyKey: 'once' }

/** The job is taken, and nobody hears of it. */
const lost: readonly { name: string; fault: Fault }[] = [
  { name: 'reset', fault: { kind: 'reset', when: 'after' } },
  { name: 'cut in its middle', fault: { kind: 'cut' } },
]

function idOf(result: SendResult): string {
  if (!result.ok) throw result.error
  return result.job.id
}

function items(count: number): JobItem<'work.asked'>[] {
  return Array.from({ length: count }, (_, number) => ({ event: 'work.asked', payload: { tenantId: 'acme', number } }))
}

describe.each(lost)('a job that was accepted while the answer was $name', ({ fault }) => {
  test('is asked for again and is one job, no duplicate', async () => {
    const { client, server } = await openSender()
    letFail(server, 'send', fault, 2)
    const { id, deduplicated } = await client.sendJob('work.asked', payload)
    expect(deduplicated).toBe(false)
    expect(requestsOf(server, 'send')).toHaveLength(3)
    expect(server.runs().map((run) => run.friendlyId)).toEqual([id])
  })

  test('with an idempotency key is one job, taken by this send; the next send of the key is the duplicate', async () => {
    const { client, server } = await openSender()
    letFail(server, 'send', fault, 2)
    const first = await client.sendJob('work.asked', payload, keyed)
    expect(first.deduplicated).toBe(false)
    await expect(client.sendJob('work.asked', payload, keyed)).resolves.toEqual({ ...first, deduplicated: true })
    expect(server.runs().map((run) => run.friendlyId)).toEqual([first.id])
  })

  test('with a key that another send had taken is told as a duplicate', async () => {
    const { client, server } = await openSender()
    const first = await client.sendJob('work.asked', payload, keyed)
    letFail(server, 'send', fault, 2)
    await expect(client.sendJob('work.asked', payload, keyed)).resolves.toEqual({ ...first, deduplicated: true })
    expect(server.runs()).toHaveLength(1)
  })

  test('with a key, and the job cannot be read back: taken by whomever, it is not told as new', async () => {
    const { client, server } = await openSender()
    letFail(server, 'send', fault, 1)
    letFail(server, 'read', refusal(403))
    await expect(client.sendJob('work.asked', payload, keyed)).resolves.toMatchObject({ deduplicated: true })
  })

  test('each time: the error says `maybe`, and that only a key makes it safe to send again', async () => {
    const { client, server } = await openSender()
    letFail(server, 'send', fault)
    const error = await failureOf(client.sendJob('work.asked', payload))
    expect(error).toBeInstanceOf(SendFailedError)
    expect(error).toMatchObject({ code: 'send_failed', accepted: 'maybe' })
    expect(error.message).toContain('send it again only with an `idempotencyKey`')
    expect(server.runs()).toHaveLength(1)
  })

  test('each time, with a key: the next send of the key is the same job', async () => {
    const { client, server } = await openSender()
    const stop = letFail(server, 'send', fault)
    const error = await failureOf(client.sendJob('work.asked', payload, keyed))
    stop()
    expect(error).toMatchObject({ accepted: 'maybe' })
    const { id, deduplicated } = await client.sendJob('work.asked', payload, keyed)
    expect(deduplicated).toBe(true)
    expect(server.runs().map((run) => run.friendlyId)).toEqual([id])
  })
})

test('an answer that comes after its time is no second job', async () => {
  const fault: Fault = { kind: 'delay', delayMs: 250 } // over the 15 s of a clock that goes a hundred times as fast
  const { client, server } = await openSender({ fault: { kind: 'hang' } })
  letFail(server, 'send', fault, 2)
  const { id, deduplicated } = await client.sendJob('work.asked', payload)
  expect(deduplicated).toBe(false)
  await expect.poll(() => requestsOf(server, 'send').length).toBe(3) // they are logged as they are answered
  expect(server.runs().map((run) => run.friendlyId)).toEqual([id])
})

describe('a batch', () => {
  test('of which some answers were lost: each item is one job, and keeps its place', async () => {
    const { client, server } = await openSender()
    letFail(server, 'send', { kind: 'cut' }, 3)
    const ids = (await client.sendJobs(items(5))).map(idOf)
    expect(new Set(ids).size).toBe(5)
    expect(server.runs().map((run) => run.friendlyId)).toHaveLength(5)
    const numbers = ids.map((id) => numberOf(server.runs().find((run) => run.friendlyId === id)!.payload.data))
    expect(numbers).toEqual([0, 1, 2, 3, 4])
  })

  test('whose answers are all lost: each item says `maybe`', async () => {
    const { client, server } = await openSender()
    letFail(server, 'send', { kind: 'cut' })
    const results = await client.sendJobs(items(3))
    expect(results.map((result) => !result.ok && (result.error as SendFailedError).accepted)).toEqual(
      Array(3).fill('maybe'),
    )
    expect(server.runs()).toHaveLength(3)
  })

  test.each([
    { name: '401', fault: refusal(401), requests: 3, accepted: 'no' },
    {
      name: '429 for longer than is waited',
      fault: refusal(429, 'no', { 'retry-after': '60' }),
      requests: 3,
      accepted: 'no',
    },
    { name: '500', fault: refusal(500), requests: 12, accepted: 'maybe' },
  ])('that is refused as a whole, with $name: every item says so, after $requests requests', async (one) => {
    const { client, server } = await openSender()
    letFail(server, 'send', one.fault)
    const results = await client.sendJobs(items(3))
    for (const result of results)
      expect(result).toMatchObject({ error: { code: 'send_failed', accepted: one.accepted } })
    expect(requestsOf(server, 'send')).toHaveLength(one.requests)
  })

  test('that is taken in part: the others are jobs, and each that is not says why', async () => {
    const { client, server } = await openSender()
    server.fault({ method: 'POST', path: /event-work__followed\/trigger/ }, page(413))
    server.fault({ method: 'POST', path: /event-work__counted\/trigger/ }, page(502))
    const [first, second, third, fourth] = await client.sendJobs([
      { event: 'work.asked', payload },
      { event: 'work.followed', payload },
      { event: 'work.counted', payload },
      { event: 'work.asked', payload, options: keyed },
    ])
    expect([first!.ok, fourth!.ok]).toEqual([true, true])
    expect(second).toMatchObject({ ok: false, error: { code: 'send_failed', accepted: 'no' } })
    expect(third).toMatchObject({ ok: false, error: { code: 'send_failed', accepted: 'maybe' } })
    // They are sent side by side.
    expect(
      server
        .runs()
        .map((run) => run.friendlyId)
        .toSorted(),
    ).toEqual([idOf(first!), idOf(fourth!)].toSorted())
    await expect(client.sendJob('work.asked', payload, keyed)).resolves.toMatchObject({ id: idOf(fourth!) })
  })
})

function numberOf(text: string | undefined): unknown {
  const { json } = JSON.parse(text!) as { json: { envelope: { payload: { number: number } } } }
  return json.envelope.payload.number
}
