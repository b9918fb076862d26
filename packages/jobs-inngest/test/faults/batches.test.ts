import { defineJob, type JobItem, type SendFailedError, type SendResult } from '@cgk-platform/jobs-core'
import { describe, expect, test } from 'vitest'

import { failureOf, page, refusal } from '../kit/faults.ts'
import { openJobs, type OpenJobs } from '../kit/open-jobs.ts'
import { eventHistory } from '../kit/raw-api.ts'
import { kinds, letFail, requestsOf } from '../kit/requests.ts'
import { expectNoSecrets, secretWord } from '../kit/secrets.ts'

/** More than the engine of these tests takes. */
const big = secretWord.repeat(200)

async function openCounting(): Promise<OpenJobs & { readonly handled: string[] }> {
  const handled: string[] = []
  const handler = (_event: unknown, { jobId }: { jobId: string }): void => void handled.push(jobId)
  const jobs = [defineJob({ id: 'work', event: 'work.asked', handler })]
  return { handled, ...(await openJobs({ jobs, engine: { maxEventBytes: 2000 } })) }
}

function item(data: string): JobItem<'work.asked'> {
  return { event: 'work.asked', payload: { tenantId: 'acme', data } }
}

function idsOf(results: readonly SendResult[]): (string | undefined)[] {
  return results.map((result) => (result.ok ? result.job.id : undefined))
}

function errorOf(result: SendResult | undefined): SendFailedError {
  if (!result || result.ok) throw new Error('it was taken')
  return result.error as SendFailedError
}

describe('a batch that the engine takes in part', () => {
  test('is answered item by item: the others run, once each, and the bad one says why', async () => {
    const { client, engine, handled, pause, logger } = await openCounting()

    const results = await client.sendJobs([item('1'), item('2'), item(big), item('4'), item('5')])

    expect(results.map(({ ok }) => ok)).toEqual([true, true, false, true, true])
    const error = errorOf(results[2])
    expect(error).toMatchObject({ code: 'send_failed', accepted: 'no' })
    expect(error.message).toContain('Event is over the max size: Max 2000 bytes')
    expectNoSecrets(error, logger.lines)
    const ids = idsOf(results).filter((id) => id !== undefined)
    for (const id of ids) await client.waitForJob(id)
    await pause(2000)
    expect(handled.toSorted()).toEqual(ids.toSorted())
    expect((await eventHistory(engine)).toSorted()).toEqual(ids.toSorted())
  })

  test('every id is of the payload that its place in the batch had', async () => {
    const numbers = new Map<string, unknown>()
    const handler = ({ payload }: { payload: { data?: unknown } }, { jobId }: { jobId: string }): void =>
      void numbers.set(jobId, payload.data)
    const jobs = [defineJob({ id: 'work', event: 'work.asked', handler })]
    const { client } = await openJobs({ jobs, engine: { maxEventBytes: 2000 } })
    const results = await client.sendJobs([item('1'), item(big), item('3')])
    const [first, , third] = idsOf(results)
    await client.waitForJob(first!)
    await client.waitForJob(third!)
    expect(numbers).toEqual(
      new Map([
        [first, '1'],
        [third, '3'],
      ]),
    )
  })

  test('the first is the bad one: none was taken, and the others run all the same', async () => {
    const { client } = await openCounting()
    const results = await client.sendJobs([item(big), item('2')])
    expect(results.map(({ ok }) => ok)).toEqual([false, true])
    await expect(client.waitForJob(idsOf(results)[1]!)).resolves.toMatchObject({ state: 'completed' })
  })

  test('with an idempotency key in it: the key holds', async () => {
    const { client, handled } = await openCounting()
    const keyed = { ...item('1'), options: { idempotencyKey: 'once' } }
    const results = await client.sendJobs([keyed, item(big), item('3')])
    expect(results.map(({ ok }) => ok)).toEqual([true, false, true])
    const [again] = await client.sendJobs([keyed])
    expect(again).toMatchObject({ ok: true, job: { id: idsOf(results)[0], deduplicated: true } })
    await client.waitForJob(idsOf(results)[0]!)
    await client.waitForJob(idsOf(results)[2]!)
    expect(handled).toHaveLength(2)
  })
})

describe('a batch that is refused as a whole', () => {
  test.each([
    { name: '401', fault: refusal(401), requests: 1 },
    { name: '429 for longer than is waited', fault: refusal(429, 'no', { 'retry-after': '60' }), requests: 1 },
    { name: '500', fault: refusal(500), requests: 5 },
  ])('$name: every item says so, after $requests requests', async ({ fault, requests }) => {
    const { client, engine } = await openCounting()
    letFail(engine, 'send', fault)
    const results = await client.sendJobs([item('1'), item('2'), item('3')])
    expect(results.map((result) => !result.ok && result.error.code)).toEqual(Array(3).fill('send_failed'))
    expect(requestsOf(engine, 'send')).toHaveLength(requests)
  })

  test('for its size, by something before the engine: it goes in smaller ones', async () => {
    const { client, engine, handled, pause } = await openCounting()
    engine.intercept((request) => (kinds.send(request) && request.body.length > 700 ? page(413) : undefined))
    const results = await client.sendJobs([item('1'), item('2'), item('3'), item('4'), item('5')])
    expect(results.every(({ ok }) => ok)).toBe(true)
    for (const id of idsOf(results)) await client.waitForJob(id!)
    await pause(2000)
    expect(handled).toHaveLength(5)
  })

  test('more events than Inngest takes at once go in several requests', async () => {
    const { client, engine } = await openJobs()
    const results = await client.sendJobs(Array.from({ length: 5001 }, (_, index) => item(String(index))))
    expect(new Set(idsOf(results)).size).toBe(5001)
    expect(requestsOf(engine, 'send').map(({ status }) => status)).toEqual([200, 200])
  })
})

describe("a payload over the plan's limit", () => {
  test.each([
    { name: '400 of the engine', fault: undefined, says: 'Event is over the max size' },
    { name: '413 of something before it', fault: page(413), says: 'the payload is over the limit of your plan' },
  ])('$name: refused at once, in words, and without the payload in them', async ({ fault, says }) => {
    const { client, engine, logger } = await openCounting()
    if (fault) letFail(engine, 'send', fault)
    const error = await failureOf(client.sendJob('work.asked', { tenantId: 'acme', data: big }))
    expect(error).toMatchObject({ code: 'send_failed', accepted: 'no' })
    expect((error as Error).message).toContain(says)
    expect(requestsOf(engine, 'send')).toHaveLength(1)
    expectNoSecrets(error, logger.lines)
  })
})
