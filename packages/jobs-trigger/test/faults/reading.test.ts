import { defineJob, JobNotFoundError, RequestFailedError } from '@cgk-platform/jobs-core'
import { describe, expect, test } from 'vitest'

import { deadAddress, failureOf, page, refusal } from '../kit/faults.ts'
import { openSender } from '../kit/open-sender.ts'
import { letFail, requestsOf } from '../kit/requests.ts'
import { expectNoSecrets, secretWord } from '../kit/secrets.ts'
import type { Fault } from '../loopback/index.ts'

const payload = { tenantId: 'acme', data: secretWord }
const jobs = [defineJob({ id: 'work', event: 'work.asked', handler: () => 'done' })]

interface ReadFault {
  readonly name: string
  readonly fault: Fault
  readonly status?: number
  readonly requests: number
  readonly says: string
}

const key = 'Check the key (`apiKey` or `TRIGGER_SECRET_KEY`), which belongs to one environment of one project.'

const faults: readonly ReadFault[] = [
  { name: '400', fault: refusal(400), status: 400, requests: 1, says: 'it answered 400 (refused with 400)' },
  { name: '401', fault: refusal(401), status: 401, requests: 1, says: key },
  { name: '403', fault: refusal(403), status: 403, requests: 1, says: key },
  { name: '404 of something else', fault: page(404), status: 404, requests: 1, says: 'Check the address (`apiUrl` or' },
  { name: '409', fault: refusal(409), status: 409, requests: 1, says: 'it answered 409 (refused with 409)' },
  { name: '422', fault: refusal(422), status: 422, requests: 1, says: 'it answered 422 (refused with 422)' },
  { name: '429', fault: refusal(429), status: 429, requests: 4, says: 'it answered 429 (refused with 429)' },
  {
    name: '429 for longer than is waited',
    fault: refusal(429, 'slow down', { 'retry-after': '90' }),
    status: 429,
    requests: 1,
    says: 'it answered 429 (slow down) and asks to be left alone for 90 s',
  },
  { name: '500', fault: refusal(500), status: 500, requests: 4, says: 'it answered 500 (refused with 500)' },
  { name: '502 with a page of HTML', fault: page(502), status: 502, requests: 4, says: 'it answered 502.' },
  { name: 'a page of HTML for a success', fault: page(200), status: 200, requests: 4, says: 'answer cannot be read' },
  {
    name: 'a success of another version',
    fault: { kind: 'answer', status: 200, body: { id: 'run_1' } },
    status: 200,
    requests: 1,
    says: 'its answer cannot be read',
  },
  { name: 'no answer at all', fault: { kind: 'hang' }, requests: 4, says: 'no answer within 15000 ms' },
  {
    name: 'a reset',
    fault: { kind: 'reset', when: 'before' },
    requests: 4,
    says: 'the connection to http://127.0.0.1:',
  },
  {
    name: 'a reset in the middle of the answer',
    fault: { kind: 'cut' },
    status: 200,
    requests: 4,
    says: 'cannot be read',
  },
]

function expectFailed(error: Error, { status, says }: ReadFault): void {
  expect(error).toBeInstanceOf(RequestFailedError)
  expect(error).toMatchObject({ code: 'request_failed', provider: 'trigger.dev' })
  expect((error as RequestFailedError).status).toBe(status)
  expect(error.message).toContain('`trigger.dev` did not answer ')
  expect(error.message).toContain(says)
}

describe('a read that fails says why, and is asked again only where that may help', () => {
  test.each(faults)('getJobStatus, $name: $requests requests', async (one) => {
    const { client, server, logger } = await openSender({ jobs, fault: one.fault })
    const { id } = await client.sendJob('work.asked', payload)
    letFail(server, 'read', one.fault)
    const error = await failureOf(client.getJobStatus(id))
    expectFailed(error, one)
    expect(error.message).toContain(id)
    expect(requestsOf(server, 'read')).toHaveLength(one.requests)
    expectNoSecrets(error, logger.lines)
  })

  test.each(faults)('listJobs, $name: $requests requests', async (one) => {
    const { client, server, logger } = await openSender({ jobs, fault: one.fault })
    letFail(server, 'list', one.fault)
    const error = await failureOf(client.listJobs())
    expectFailed(error, one)
    expect(requestsOf(server, 'list')).toHaveLength(one.requests)
    expectNoSecrets(error, logger.lines)
  })

  test('nobody listens', async () => {
    const { client } = await openSender({ jobs, config: { apiUrl: await deadAddress() } })
    const error = await failureOf(client.getJobStatus('run_cmaabbccddeeffgghhii'))
    expect(error).toMatchObject({ code: 'request_failed' })
    expect(error.message).toContain('ECONNREFUSED')
  })

  test('a job that the server does not know is no failed request, and is looked for three times', async () => {
    const { client, server } = await openSender({ jobs })
    await expect(client.getJobStatus('run_cmaabbccddeeffgghhii')).rejects.toThrow(JobNotFoundError)
    expect(requestsOf(server, 'read')).toHaveLength(3)
  })

  test('an id that is none of Trigger.dev is not asked for', async () => {
    const { client, server } = await openSender({ jobs })
    await expect(client.getJobStatus('01M89NKYKGFF7HX03T9STQ8AAA')).rejects.toThrow(JobNotFoundError)
    expect(server.requests).toEqual([])
  })

  test('a server that is well again answers as if nothing had been', async () => {
    const { client, server } = await openSender({ jobs })
    const { id } = await client.sendJob('work.asked', payload)
    letFail(server, 'read', page(502), 3)
    await expect(client.getJobStatus(id)).resolves.toMatchObject({ id, state: 'queued' })
  })

  test('a job of a list that cannot be read: the list fails, and leaves none out', async () => {
    const { client, server } = await openSender({ jobs })
    await client.sendJob('work.asked', payload)
    letFail(server, 'read', refusal(403))
    await expect(client.listJobs()).rejects.toMatchObject({ code: 'request_failed', status: 403 })
  })

  test('waiting for a job ends with the first read that fails, and the job goes on', async () => {
    const { client, server } = await openSender({ jobs })
    const { id } = await client.sendJob('work.asked', payload)
    const stop = letFail(server, 'read', refusal(401))
    await expect(client.waitForJob(id)).rejects.toMatchObject({ code: 'request_failed', status: 401 })
    stop()
    await expect(client.getJobStatus(id)).resolves.toMatchObject({ state: 'queued' })
  })
})

describe('healthCheck tells a server that does not answer from a key that is refused', () => {
  test.each(faults)('$name', async ({ fault, status, says }) => {
    const { client, server, logger, register } = await openSender({ jobs, fault })
    await register({ id: 'event-work__asked' }, { id: 'job-work' })
    letFail(server, 'queue', fault)
    const health = await client.healthCheck()
    expect(health.ok).toBe(false)
    const isKey = status === 401 || status === 403
    expect(health.checks.map(({ name, ok }) => [name, ok])).toEqual(
      isKey
        ? [
            ['engine', true],
            ['key', false],
          ]
        : [['engine', false]],
    )
    expect(health.checks.at(-1)!.message).toContain(says)
    expectNoSecrets(health, logger.lines)
  })

  test('nobody listens', async () => {
    const { client } = await openSender({ jobs, config: { apiUrl: await deadAddress() } })
    const health = await client.healthCheck()
    expect(health).toMatchObject({ ok: false, checks: [{ name: 'engine', ok: false }] })
    expect(health.checks[0]!.message).toContain('ECONNREFUSED')
  })

  test('a server without an index of runs cannot tell of jobs that wait, and is well otherwise', async () => {
    const { client, server, register } = await openSender({ jobs })
    await register({ id: 'event-work__asked' }, { id: 'job-work' })
    letFail(server, 'list', refusal(500))
    const health = await client.healthCheck()
    expect(health).toMatchObject({ ok: true, checks: [{ name: 'engine' }, { name: 'key' }, { name: 'tasks' }] })
  })

  test('all is well', async () => {
    const { client, register } = await openSender({ jobs })
    await register({ id: 'event-work__asked' }, { id: 'job-work' })
    const health = await client.healthCheck()
    expect(health).toMatchObject({ ok: true, provider: 'trigger.dev' })
    expect(health.checks.map(({ name }) => name)).toEqual(['engine', 'key', 'tasks', 'workers'])
  })
})
