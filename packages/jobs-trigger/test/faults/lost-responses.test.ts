import { defineJob, type JobItem, type SendResult } from '@cgk-platform/jobs-core'
import { SendFailedError } from '@cgk-platform/jobs-core/errors'
import { failureOf } from '@cgk-platform/test-kit/failure-of'
import type { Fault } from '@cgk-platform/trigger-loopback'
import { describe, expect, test } from 'vitest'

import { openSender } from '../kit/open-sender.ts'
import { letFail, requestsOf } from '../kit/requests.ts'

const payload = { tenantId: 'acme', number: 1 }
const keyed = { idempotencyKey: 'once' }

/** Faults in which the server accepts the request and its response is lost. */
const lost: readonly { name: string; fault: Fault }[] = [
  { name: 'reset', fault: { kind: 'reset', when: 'after' } },
  { name: 'truncated', fault: { kind: 'cut' } },
]

const jobs = [defineJob({ id: 'work', event: 'work.asked', handler: () => 'done' })]

function idOf(result: SendResult): string {
  if (!result.ok) throw result.error
  return result.job.id
}

function items(count: number): JobItem<'work.asked'>[] {
  return Array.from({ length: count }, (_, number) => ({ event: 'work.asked', payload: { tenantId: 'acme', number } }))
}

describe.each(lost)('an accepted job whose response was $name', ({ fault }) => {
  test('is sent again and is one job, not a duplicate', async () => {
    const { client, server } = await openSender()
    letFail(server, 'send', fault, 2)
    const { id, deduplicated } = await client.sendJob('work.asked', payload)
    expect(deduplicated).toBe(false)
    expect(requestsOf(server, 'send')).toHaveLength(3)
    expect(server.runs().map((run) => run.friendlyId)).toEqual([id])
  })

  test('with an idempotency key is one job, and only the next send with the key is a duplicate', async () => {
    const { client, server } = await openSender()
    letFail(server, 'send', fault, 2)
    const first = await client.sendJob('work.asked', payload, keyed)
    expect(first.deduplicated).toBe(false)
    await expect(client.sendJob('work.asked', payload, keyed)).resolves.toEqual({ ...first, deduplicated: true })
    expect(server.runs().map((run) => run.friendlyId)).toEqual([first.id])
  })

  test('in every try fails with `accepted: maybe` and the advice to use an idempotency key', async () => {
    const { client, server } = await openSender()
    letFail(server, 'send', fault)
    const error = await failureOf(client.sendJob('work.asked', payload))
    expect(error).toBeInstanceOf(SendFailedError)
    expect(error).toMatchObject({ code: 'send_failed', accepted: 'maybe' })
    expect(error.message).toContain('send it again only with an `idempotencyKey`')
    expect(server.runs()).toHaveLength(1)
  })
})

describe.each(lost)('a change whose response was $name', ({ fault }) => {
  test('succeeds if it is a cancel', async () => {
    const { client, server } = await openSender({ jobs })
    const { id } = await client.sendJob('work.asked', payload, { delay: '1h' })
    letFail(server, 'cancel', fault, 2)
    await expect(client.cancelJob(id)).resolves.toMatchObject({ state: 'cancelled' })
  })

  test('runs the job once more, not twice, if it is a retry', async () => {
    const { client, server, failNext } = await openSender({ jobs })
    const { id } = await client.sendJob('work.asked', payload)
    await failNext()
    letFail(server, 'send', fault, 2)
    await client.retryJob(id)
    await expect(client.getJobStatus(id)).resolves.toMatchObject({ state: 'queued' })
    expect(server.runs()).toHaveLength(2)
  })
})

describe('a batch', () => {
  test('with some lost responses creates one job for each item, in order', async () => {
    const { client, server } = await openSender()
    letFail(server, 'send', { kind: 'cut' }, 3)
    const ids = (await client.sendJobs(items(5))).map(idOf)
    expect(new Set(ids).size).toBe(5)
    expect(server.runs().map((run) => run.friendlyId)).toHaveLength(5)
    const numbers = ids.map((id) => numberOf(server.runs().find((run) => run.friendlyId === id)!.payload.data))
    expect(numbers).toEqual([0, 1, 2, 3, 4])
  })
})

function numberOf(text: string | undefined): unknown {
  const { json } = JSON.parse(text!) as { json: { envelope: { payload: { number: number } } } }
  return json.envelope.payload.number
}
