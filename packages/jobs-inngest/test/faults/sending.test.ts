import { SendFailedError } from '@cgk-platform/jobs-core'
import { describe, expect, test } from 'vitest'

import type { Fault } from '../loopback/index.ts'
import { deadAddress, failureOf, hurryTimeouts, page, refusal } from '../kit/faults.ts'
import { openJobs } from '../kit/open-jobs.ts'
import { letFail, requestsOf } from '../kit/requests.ts'
import { expectNoSecrets, secretWord } from '../kit/secrets.ts'

const payload = { tenantId: 'acme', data: secretWord }

interface SendFault {
  readonly name: string
  readonly fault: Fault
  readonly accepted: 'no' | 'maybe'
  readonly requests: number
  readonly says: string
}

const faults: readonly SendFault[] = [
  { name: '401', fault: refusal(401), accepted: 'no', requests: 1, says: 'check the event key' },
  { name: '403', fault: refusal(403), accepted: 'no', requests: 1, says: 'check the event key' },
  { name: '404', fault: page(404), accepted: 'no', requests: 1, says: 'it answered 404' },
  { name: '413', fault: page(413), accepted: 'no', requests: 1, says: 'over the limit of your plan' },
  {
    name: '400 with a reason',
    fault: refusal(400, 'Event is over the max size'),
    accepted: 'no',
    requests: 1,
    says: 'Event is over the max size',
  },
  { name: '429', fault: refusal(429), accepted: 'no', requests: 5, says: 'it answered 429 (refused with 429)' },
  { name: '500', fault: refusal(500), accepted: 'maybe', requests: 5, says: 'it answered 500 (refused with 500)' },
  { name: '502 with a page of HTML', fault: page(502), accepted: 'maybe', requests: 5, says: 'it answered 502.' },
  { name: 'a page of HTML for a success', fault: page(200), accepted: 'maybe', requests: 1, says: 'cannot be read' },
  { name: 'no answer at all', fault: { kind: 'hang' }, accepted: 'maybe', requests: 5, says: 'within 15000 ms' },
  {
    name: 'a reset before it was handled',
    fault: { kind: 'reset', when: 'before' },
    accepted: 'maybe',
    requests: 5,
    says: 'the connection to http://127.0.0.1:',
  },
  {
    name: 'a reset in the middle of the answer',
    fault: { kind: 'cut' },
    accepted: 'maybe',
    requests: 5,
    says: 'the connection to http://127.0.0.1:',
  },
]

describe('a send that fails says whether it may have been accepted, and is asked again only where that may help', () => {
  test.each(faults)('$name: `$accepted` after $requests', async ({ fault, accepted, requests, says }) => {
    hurryTimeouts(fault)
    const { client, engine, logger } = await openJobs()
    letFail(engine, 'send', fault)

    const error = await failureOf(client.sendJob('work.asked', payload))

    expect(error).toBeInstanceOf(SendFailedError)
    expect(error).toMatchObject({ code: 'send_failed', accepted })
    expect((error as SendFailedError).message).toContain(`\`inngest\` did not take \`work.asked\`: `)
    expect((error as SendFailedError).message).toContain(says)
    expect('jobId' in (error as object)).toBe(accepted === 'maybe')
    expect(requestsOf(engine, 'send')).toHaveLength(requests)
    expectNoSecrets(error, logger.lines)
  })

  test('nobody listens: `no`, since nothing can have come', async () => {
    const { client, logger } = await openJobs({ sdk: { baseUrl: await deadAddress() }, synced: false })
    const error = await failureOf(client.sendJob('work.asked', payload))
    expect(error).toMatchObject({ code: 'send_failed', accepted: 'no' })
    expect((error as Error).message).toContain('ECONNREFUSED')
    expectNoSecrets(error, logger.lines)
  })

  test('a name that does not resolve: `no`', async () => {
    const { client } = await openJobs({ sdk: { baseUrl: 'http://inngest.invalid' }, synced: false })
    const error = await failureOf(client.sendJob('work.asked', payload))
    expect(error).toMatchObject({ code: 'send_failed', accepted: 'no' })
  })
})

describe('a server that is overloaded', () => {
  test('is left alone for as long as it asks', async () => {
    const { client, engine } = await openJobs()
    letFail(engine, 'send', refusal(429, 'slow down', { 'retry-after': '3' }), 2)
    await client.sendJob('work.asked', payload)
    const [first, second, third] = requestsOf(engine, 'send').map(({ at }) => at)
    expect(second! - first!).toBeGreaterThanOrEqual(3000)
    expect(third! - second!).toBeGreaterThanOrEqual(3000)
  })

  test('may tell an instant for it', async () => {
    const { client, engine, clock } = await openJobs()
    const at = Math.ceil(clock.now() / 1000) * 1000 + 4000
    letFail(engine, 'send', refusal(503, 'restarting', { 'retry-after': new Date(at).toUTCString() }), 1)
    await client.sendJob('work.asked', payload)
    expect(requestsOf(engine, 'send').at(-1)!.at).toBeGreaterThanOrEqual(at)
  })

  test('and asks for more than a send can wait is not asked again, and the error tells for how long', async () => {
    const { client, engine, clock } = await openJobs()
    letFail(engine, 'send', refusal(429, 'slow down', { 'retry-after': '60' }))
    const startedAt = clock.now()
    const error = await failureOf(client.sendJob('work.asked', payload))
    expect(error).toMatchObject({ code: 'send_failed', accepted: 'no' })
    expect((error as Error).message).toContain('60 s')
    expect(requestsOf(engine, 'send')).toHaveLength(1)
    expect(clock.now() - startedAt).toBeLessThan(5000)
  })

  test('lets the send through once it is well again', async () => {
    const { client, engine } = await openJobs()
    letFail(engine, 'send', page(502), 3)
    await expect(client.sendJob('work.asked', payload)).resolves.toMatchObject({ deduplicated: false })
    expect(requestsOf(engine, 'send')).toHaveLength(4)
  })
})

describe('a send with a key that cannot be looked up', () => {
  test.each<{ name: string; fault: Fault; looks: number }>([
    { name: '401', fault: refusal(401, 'Authentication failed'), looks: 1 },
    { name: '500', fault: refusal(500), looks: 4 },
    { name: '502 with a page of HTML', fault: page(502), looks: 4 },
    { name: 'no answer', fault: { kind: 'hang' }, looks: 4 },
  ])('$name: nothing is sent, and it says so', async ({ fault, looks }) => {
    hurryTimeouts(fault)
    const { client, engine, logger } = await openJobs()
    letFail(engine, 'event', fault)
    const error = await failureOf(client.sendJob('work.asked', payload, { idempotencyKey: secretWord }))
    expect(error).toMatchObject({ code: 'send_failed', accepted: 'no' })
    expect((error as Error).message).toContain('whether the key is taken could not be read')
    expect(requestsOf(engine, 'send')).toEqual([])
    const paths = requestsOf(engine, 'event').map(({ path }) => path.replace(/\?.*/, ''))
    const counts = [...new Set(paths)].map((path) => paths.filter((one) => one === path).length)
    expect(Math.max(...counts)).toBe(looks)
    expectNoSecrets(error, logger.lines)
  })
})
