import { SendFailedError } from '@cgk-platform/jobs-core'
import { describe, expect, test } from 'vitest'

import { deadAddress, failureOf, page, refusal } from '../kit/faults.ts'
import { openSender } from '../kit/open-sender.ts'
import { letFail, requestsOf } from '../kit/requests.ts'
import { expectNoSecrets, secretWord } from '../kit/secrets.ts'
import type { Fault } from '../loopback/index.ts'

const payload = { tenantId: 'acme', data: secretWord }

interface SendFault {
  readonly name: string
  readonly fault: Fault
  readonly accepted: 'no' | 'maybe'
  readonly requests: number
  readonly says: string
}

const key = 'check the key (`apiKey` or `TRIGGER_SECRET_KEY`), which belongs to one environment of one project'
const connection = 'the connection to http://127.0.0.1:'

const faults: readonly SendFault[] = [
  { name: '401', fault: refusal(401), accepted: 'no', requests: 1, says: key },
  { name: '403', fault: refusal(403), accepted: 'no', requests: 1, says: key },
  { name: '404', fault: refusal(404), accepted: 'no', requests: 1, says: 'it answered 404 (refused with 404)' },
  { name: '404 of something else', fault: page(404), accepted: 'no', requests: 1, says: 'check the address (`apiUrl`' },
  { name: '409', fault: refusal(409), accepted: 'no', requests: 1, says: 'it answered 409 (refused with 409)' },
  { name: '413', fault: page(413), accepted: 'no', requests: 1, says: 'the payload is over the limit of the server' },
  { name: '422', fault: refusal(422, 'Invalid queue'), accepted: 'no', requests: 1, says: '422 (Invalid queue)' },
  { name: '429', fault: refusal(429), accepted: 'no', requests: 4, says: 'it answered 429 (refused with 429)' },
  { name: '408', fault: refusal(408), accepted: 'maybe', requests: 4, says: 'it answered 408 (refused with 408)' },
  { name: '500', fault: refusal(500), accepted: 'maybe', requests: 4, says: 'it answered 500 (refused with 500)' },
  { name: '502 with a page of HTML', fault: page(502), accepted: 'maybe', requests: 4, says: 'it answered 502.' },
  { name: 'a page of HTML for a success', fault: page(200), accepted: 'maybe', requests: 4, says: 'cannot be read' },
  {
    name: 'a success of another version',
    fault: { kind: 'answer', status: 200, body: { run: { id: 'run_1' } } },
    accepted: 'maybe',
    requests: 1,
    says: 'its answer cannot be read',
  },
  { name: 'no answer at all', fault: { kind: 'hang' }, accepted: 'maybe', requests: 4, says: 'within 15000 ms' },
  {
    name: 'a reset before it was handled',
    fault: { kind: 'reset', when: 'before' },
    accepted: 'maybe',
    requests: 4,
    says: connection,
  },
  {
    name: 'a reset in the middle of the answer',
    fault: { kind: 'cut' },
    accepted: 'maybe',
    requests: 4,
    says: 'cannot be read',
  },
]

describe('a send that fails says whether it may have been accepted, and is asked again only where that may help', () => {
  test.each(faults)('$name: `$accepted` after $requests', async ({ fault, accepted, requests, says }) => {
    const { client, server, logger } = await openSender({ fault })
    letFail(server, 'send', fault)

    const error = await failureOf(client.sendJob('work.asked', payload))

    expect(error).toBeInstanceOf(SendFailedError)
    expect(error).toMatchObject({ code: 'send_failed', accepted })
    expect(error.message).toContain('`trigger.dev` did not take `work.asked`: ')
    expect(error.message).toContain(says)
    expect('jobId' in error).toBe(false)
    expect(requestsOf(server, 'send')).toHaveLength(requests)
    expectNoSecrets(error, logger.lines)
  })

  test('nobody listens: `no`, since nothing can have come', async () => {
    const { client, logger } = await openSender({ config: { apiUrl: await deadAddress() } })
    const error = await failureOf(client.sendJob('work.asked', payload))
    expect(error).toMatchObject({ code: 'send_failed', accepted: 'no' })
    expect(error.message).toContain('ECONNREFUSED')
    expectNoSecrets(error, logger.lines)
  })

  test('a name that does not resolve: `no`', async () => {
    const { client } = await openSender({ config: { apiUrl: 'http://trigger.invalid' } })
    const error = await failureOf(client.sendJob('work.asked', payload))
    expect(error).toMatchObject({ code: 'send_failed', accepted: 'no' })
  })

  test('a key refused after an answer was lost: still `maybe`', async () => {
    const { client, server } = await openSender()
    letFail(server, 'send', { kind: 'cut' }, 1)
    letFail(server, 'send', refusal(401))
    const error = await failureOf(client.sendJob('work.asked', payload))
    expect(error).toMatchObject({ code: 'send_failed', accepted: 'maybe' })
    expect(error.message).toContain(key)
    expect(server.runs()).toHaveLength(1)
  })
})

describe('a server that is overloaded', () => {
  test('is left alone for as long as it asks', async () => {
    const { client, server } = await openSender()
    letFail(server, 'send', refusal(429, 'slow down', { 'retry-after': '3' }), 2)
    await client.sendJob('work.asked', payload)
    const [first, second, third] = requestsOf(server, 'send').map(({ at }) => at)
    expect(second! - first!).toBeGreaterThanOrEqual(300) // by a clock that goes ten times as fast
    expect(third! - second!).toBeGreaterThanOrEqual(300)
  })

  test('may tell the instant at which its limit ends', async () => {
    const { client, server, clock } = await openSender()
    const reset = String(clock.now() + 4000)
    letFail(server, 'send', refusal(429, 'slow down', { 'x-ratelimit-reset': reset }), 1)
    await client.sendJob('work.asked', payload)
    expect(clock.now()).toBeGreaterThanOrEqual(Number(reset))
    expect(requestsOf(server, 'send')).toHaveLength(2)
  })

  test('may tell a date', async () => {
    const { client, server, clock } = await openSender()
    const at = Math.ceil(clock.now() / 1000) * 1000 + 3000
    letFail(server, 'send', refusal(503, 'restarting', { 'retry-after': new Date(at).toUTCString() }), 1)
    await client.sendJob('work.asked', payload)
    expect(clock.now()).toBeGreaterThanOrEqual(at)
  })

  test.each([
    ['retry-after', () => '60'],
    ['x-ratelimit-reset', (now: number) => String(now + 60_000)],
  ])(
    'and asks for more than a send can wait, by `%s`, is not asked again, and the error tells for how long',
    async (header, value) => {
      const { client, server, clock } = await openSender()
      letFail(server, 'send', refusal(429, 'slow down', { [header]: value(clock.now()) }))
      const startedAt = clock.now()
      const error = await failureOf(client.sendJob('work.asked', payload))
      expect(error).toMatchObject({ code: 'send_failed', accepted: 'no' })
      expect(error.message).toMatch(/asks to be left alone for (60|5\d) s/)
      expect(requestsOf(server, 'send')).toHaveLength(1)
      expect(clock.now() - startedAt).toBeLessThan(15_000)
    },
  )

  test('lets the send through once it is well again', async () => {
    const { client, server } = await openSender()
    letFail(server, 'send', page(502), 3)
    await expect(client.sendJob('work.asked', payload)).resolves.toMatchObject({ deduplicated: false })
    expect(requestsOf(server, 'send')).toHaveLength(4)
    expect(server.runs()).toHaveLength(1)
  })
})
