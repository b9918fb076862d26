import { defineJob, RequestFailedError } from '@cgk-platform/jobs-core'
import { describe, expect, test } from 'vitest'

import { failureOf, page, refusal } from '../kit/faults.ts'
import { openSender, type SenderOptions } from '../kit/open-sender.ts'
import { letFail, requestsOf } from '../kit/requests.ts'
import { expectNoSecrets, secretWord } from '../kit/secrets.ts'
import type { Fault } from '../loopback/index.ts'

const payload = { tenantId: 'acme', data: secretWord }
const jobs = [defineJob({ id: 'work', event: 'work.asked', handler: () => 'done' })]

interface ChangeFault {
  readonly name: string
  readonly fault: Fault
  readonly status?: number
  readonly requests: number
  readonly says: string
}

const maybe = 'It may have been done all the same: read the status before you ask again.'
const key = 'Check the key (`apiKey` or `TRIGGER_SECRET_KEY`)'

const faults: readonly ChangeFault[] = [
  { name: '401', fault: refusal(401), status: 401, requests: 1, says: key },
  { name: '403', fault: refusal(403), status: 403, requests: 1, says: key },
  { name: '404 of something else', fault: page(404), status: 404, requests: 1, says: 'it answered 404.' },
  { name: '409', fault: refusal(409), status: 409, requests: 1, says: 'it answered 409 (refused with 409)' },
  { name: '422', fault: refusal(422), status: 422, requests: 1, says: 'it answered 422 (refused with 422)' },
  { name: '429', fault: refusal(429), status: 429, requests: 4, says: 'it answered 429 (refused with 429)' },
  {
    name: '429 with Retry-After',
    fault: refusal(429, 'slow down', { 'retry-after': '7' }),
    status: 429,
    requests: 1,
    says: 'it answered 429 (slow down) and asks to be left alone for 7 s',
  },
  { name: '500', fault: refusal(500), status: 500, requests: 4, says: `it answered 500 (refused with 500). ${maybe}` },
  { name: '502 with a page of HTML', fault: page(502), status: 502, requests: 4, says: `it answered 502. ${maybe}` },
  { name: 'no answer at all', fault: { kind: 'hang' }, requests: 4, says: `no answer within 15000 ms. ${maybe}` },
  { name: 'a reset', fault: { kind: 'reset', when: 'before' }, requests: 4, says: maybe },
]

function expectFailed(error: Error, { status, says }: ChangeFault, what: string): void {
  expect(error).toBeInstanceOf(RequestFailedError)
  expect(error).toMatchObject({ code: 'request_failed', provider: 'trigger.dev' })
  expect((error as RequestFailedError).status).toBe(status)
  expect(error.message).toContain(`\`trigger.dev\` did not answer ${what}: `)
  expect(error.message).toContain(says)
}

describe('a cancel that fails says why, and is asked for again only where that may help', () => {
  test.each(faults)('$name: $requests requests', async (one) => {
    const { client, server, logger } = await openSender({ jobs, fault: one.fault })
    const { id } = await client.sendJob('work.asked', payload, { delay: '1h' })
    const stop = letFail(server, 'cancel', one.fault)

    const error = await failureOf(client.cancelJob(id))

    expectFailed(error, one, `the cancel of the run ${id}`)
    expect(requestsOf(server, 'cancel')).toHaveLength(one.requests)
    expectNoSecrets(error, logger.lines)
    stop()
    await expect(client.cancelJob(id)).resolves.toMatchObject({ id, state: 'cancelled' })
  })

  test.each<Fault>([{ kind: 'reset', when: 'after' }, { kind: 'cut' }])(
    'done although the answer was lost ($kind): it is told as done',
    async (fault) => {
      const { client, server } = await openSender({ jobs })
      const { id } = await client.sendJob('work.asked', payload, { delay: '1h' })
      letFail(server, 'cancel', fault, 2)
      await expect(client.cancelJob(id)).resolves.toMatchObject({ state: 'cancelled' })
    },
  )

  test('an answer of success for nothing done: it says that the run goes on', async () => {
    const { client, server } = await openSender({ jobs })
    const { id } = await client.sendJob('work.asked', payload, { delay: '1h' })
    letFail(server, 'cancel', { kind: 'answer', status: 200, body: { id } })
    const error = await failureOf(client.cancelJob(id))
    expect(error).toMatchObject({ code: 'request_failed' })
    expect(error.message).toContain(`runs still go on after 10000 ms (${id})`)
    await expect(client.getJobStatus(id)).resolves.toMatchObject({ state: 'scheduled' })
  })

  test('a run that ended just before its cancel came is no failure', async () => {
    const { client, server, failNext } = await openSender({ jobs })
    const { id } = await client.sendJob('work.asked', payload)
    letFail(server, 'cancel', { kind: 'delay', delayMs: 200 })
    const cancelled = client.cancelJob(id)
    await failNext()
    await expect(cancelled).resolves.toMatchObject({ state: 'failed' })
  })
})

/** A job that has failed. */
async function openFailed(options: SenderOptions = {}) {
  const opened = await openSender({ jobs, ...options })
  const { id } = await opened.client.sendJob('work.asked', payload)
  await opened.failNext()
  return { ...opened, id }
}

describe('a retry that fails says why, and is asked for again only where that may help', () => {
  test.each(faults)('$name: $requests requests', async (one) => {
    const { client, server, logger, id } = await openFailed({ fault: one.fault })
    const stop = letFail(server, 'send', one.fault)
    const before = requestsOf(server, 'send').length
    const error = await failureOf(client.retryJob(id))
    expectFailed(error, one, `the retry of ${id}`)
    expect(requestsOf(server, 'send')).toHaveLength(before + one.requests)
    expectNoSecrets(error, logger.lines)
    stop()
    await expect(client.retryJob(id)).resolves.toMatchObject({ id })
    await expect(client.getJobStatus(id)).resolves.toMatchObject({ state: 'queued' })
    expect(server.runs()).toHaveLength(2)
  })

  test.each<Fault>([{ kind: 'reset', when: 'after' }, { kind: 'cut' }])(
    'taken although the answer was lost ($kind): it runs once more, not twice',
    async (fault) => {
      const { client, server, id } = await openFailed()
      letFail(server, 'send', fault, 2)
      await client.retryJob(id)
      await expect(client.getJobStatus(id)).resolves.toMatchObject({ state: 'queued' })
      expect(server.runs()).toHaveLength(2)
    },
  )

  test.each(faults)(
    'made, and its mark at the job refused with $name: asked again, it is the same run',
    async (one) => {
      const { client, server, logger, id } = await openFailed({ fault: one.fault })
      const stop = letFail(server, 'tag', one.fault)
      const error = await failureOf(client.retryJob(id))
      expectFailed(error, one, `the tags of the run ${id}`)
      expect(requestsOf(server, 'tag')).toHaveLength(one.requests)
      expectNoSecrets(error, logger.lines)
      await expect(client.getJobStatus(id)).resolves.toMatchObject({ state: 'failed' })
      stop()
      await client.retryJob(id)
      await expect(client.getJobStatus(id)).resolves.toMatchObject({ state: 'queued' })
      expect(server.runs()).toHaveLength(2)
    },
  )

  test('by two clients at the same moment it happens once', async () => {
    const { client, connect, server, id } = await openFailed()
    const other = connect({ jobs }).client
    await Promise.all([client.retryJob(id), other.retryJob(id), client.retryJob(id)])
    expect(server.runs()).toHaveLength(2)
  })
})
