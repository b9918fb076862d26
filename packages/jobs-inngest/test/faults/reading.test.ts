import { defineJob, JobNotFoundError, RequestFailedError } from '@cgk-platform/jobs-core'
import { describe, expect, test } from 'vitest'

import type { Fault } from '../loopback/index.ts'
import { deadAddress, failureOf, hurryTimeouts, page, refusal } from '../kit/faults.ts'
import { openJobs, type OpenJobs } from '../kit/open-jobs.ts'
import { letFail, requestsOf } from '../kit/requests.ts'
import { expectNoSecrets, secretWord } from '../kit/secrets.ts'

const payload = { tenantId: 'acme', data: secretWord }
const jobs = [defineJob({ id: 'work', event: 'work.asked', handler: () => 'done' })]

interface ReadFault {
  readonly name: string
  readonly fault: Fault
  readonly status?: number
  /** How often the same thing is asked. */
  readonly requests: number
  readonly says: string
}

const faults: readonly ReadFault[] = [
  { name: '400', fault: refusal(400), status: 400, requests: 1, says: 'it answered 400 (refused with 400)' },
  { name: '401', fault: refusal(401), status: 401, requests: 1, says: 'Check the signing key' },
  { name: '403', fault: refusal(403), status: 403, requests: 1, says: 'Check the signing key' },
  { name: '404 of something else', fault: page(404), status: 404, requests: 1, says: 'it answered 404.' },
  { name: '413', fault: page(413), status: 413, requests: 1, says: 'it answered 413.' },
  { name: '429', fault: refusal(429), status: 429, requests: 4, says: 'it answered 429 (refused with 429)' },
  {
    name: '429 for longer than is waited',
    fault: refusal(429, 'slow down', { 'retry-after': '90' }),
    status: 429,
    requests: 1,
    says: 'asks to be left alone for 90 s',
  },
  { name: '500', fault: refusal(500), status: 500, requests: 4, says: 'it answered 500 (refused with 500)' },
  { name: '502 with a page of HTML', fault: page(502), status: 502, requests: 4, says: 'it answered 502.' },
  {
    name: 'an error inside of a success, as version 1 of the API has it',
    fault: { kind: 'answer', status: 200, body: JSON.stringify({ error: 'Unable to query events', status: 500 }) },
    status: 500,
    requests: 4,
    says: 'it answered 500 (Unable to query events)',
  },
  { name: 'a page of HTML for a success', fault: page(200), status: 200, requests: 1, says: 'the answer is not JSON' },
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
    requests: 4,
    says: 'the connection to http://127.0.0.1:',
  },
]

/** How often the address was asked that was asked most, whatever its query. */
function mostOf(opened: OpenJobs, kind: 'read' | 'event' | 'list'): number {
  const paths = requestsOf(opened.engine, kind).map(({ path }) => path.replace(/\?.*/, ''))
  return Math.max(...paths.map((path) => paths.filter((one) => one === path).length))
}

function expectFailed(error: unknown, { status, says }: ReadFault): void {
  expect(error).toBeInstanceOf(RequestFailedError)
  expect(error).toMatchObject({ code: 'request_failed', provider: 'inngest' })
  expect((error as RequestFailedError).status).toBe(status)
  expect((error as RequestFailedError).message).toContain('`inngest` did not answer ')
  expect((error as RequestFailedError).message).toContain(says)
}

describe('a read that fails says why, and is asked again only where that may help', () => {
  test.each(faults)('getJobStatus, $name: $requests requests', async (fault) => {
    hurryTimeouts(fault.fault)
    const opened = await openJobs({ jobs })
    const { id } = await opened.client.sendJob('work.asked', payload)
    letFail(opened.engine, 'event', fault.fault)
    const error = await failureOf(opened.client.getJobStatus(id))
    expectFailed(error, fault)
    expect((error as Error).message).toContain(id)
    expect(mostOf(opened, 'event')).toBe(fault.requests)
    expectNoSecrets(error, opened.logger.lines)
  })

  test.each(faults)('listJobs, $name: $requests requests', async (fault) => {
    hurryTimeouts(fault.fault)
    const opened = await openJobs({ jobs })
    letFail(opened.engine, 'list', fault.fault)
    const error = await failureOf(opened.client.listJobs())
    expectFailed(error, fault)
    expect(mostOf(opened, 'list')).toBe(fault.requests)
    expectNoSecrets(error, opened.logger.lines)
  })

  test('nobody listens', async () => {
    const { client } = await openJobs({ sdk: { baseUrl: await deadAddress() }, synced: false })
    const error = await failureOf(client.getJobStatus('01M89NKYKGFF7HX03T9STQ8AAA'))
    expect(error).toMatchObject({ code: 'request_failed' })
    expect((error as Error).message).toContain('ECONNREFUSED')
  })

  test('a job that the engine does not know is no failed request', async () => {
    const { client } = await openJobs({ jobs })
    await expect(client.getJobStatus('01M89NKYKGFF7HX03T9STQ8AAA')).rejects.toThrow(JobNotFoundError)
  })

  test('an engine that is well again answers as if nothing had been', async () => {
    const { client, engine } = await openJobs({ jobs })
    const { id } = await client.sendJob('work.asked', payload)
    letFail(engine, 'read', page(502), 5)
    await expect(client.waitForJob(id)).resolves.toMatchObject({ state: 'completed', runs: [{ output: 'done' }] })
  })

  test('the runs alone: nothing is made up for what could not be read', async () => {
    const { client, engine } = await openJobs({ jobs })
    const { id } = await client.sendJob('work.asked', payload)
    letFail(engine, 'eventRuns', page(404))
    await expect(client.getJobStatus(id)).rejects.toMatchObject({ code: 'request_failed', status: 404 })
  })

  test.each([page(404), refusal(403), refusal(501)])(
    'the registrations alone, with $status: a job is read without them, and cancelled',
    async (fault) => {
      const { client, engine, pause } = await openJobs({ jobs, factor: 100 })
      letFail(engine, 'apps', fault)
      const done = await client.sendJob('work.asked', payload)
      await expect(client.waitForJob(done.id)).resolves.toMatchObject({
        state: 'completed',
        runs: [{ output: 'done' }],
      })
      const { id } = await client.sendJob('work.asked', payload, { delay: '1h' })
      await expect(client.cancelJob(id)).resolves.toMatchObject({ state: 'cancelled' })
      const nobodys = await client.sendJob('work.followed', payload)
      await expect(client.getJobStatus(nobodys.id)).resolves.toMatchObject({ state: 'queued', runs: [] })
      await pause(11_000)
      await expect(client.getJobStatus(nobodys.id)).resolves.toMatchObject({ state: 'completed', runs: [] })
    },
  )

  test('the registrations, for the moment: the status cannot be told', async () => {
    const { client, engine } = await openJobs({ jobs })
    const { id } = await client.sendJob('work.asked', payload)
    letFail(engine, 'apps', page(502))
    await expect(client.getJobStatus(id)).rejects.toMatchObject({ code: 'request_failed', status: 502 })
  })
})

describe('healthCheck tells an engine that does not answer from a key that is refused', () => {
  test.each(faults)('$name', async ({ fault, status }) => {
    hurryTimeouts(fault)
    const { client, engine, logger } = await openJobs({ jobs })
    letFail(engine, 'read', fault)
    const health = await client.healthCheck()
    const isKey = status === 401 || status === 403
    expect(health.ok).toBe(false)
    expect(health.checks.map(({ name, ok }) => [name, ok])).toEqual(
      isKey
        ? [
            ['engine', true],
            ['signing key', false],
          ]
        : [['engine', false]],
    )
    expectNoSecrets(health, logger.lines)
  })

  test('all is well', async () => {
    const { client } = await openJobs({ jobs })
    await expect(client.healthCheck()).resolves.toMatchObject({ ok: true, provider: 'inngest' })
  })
})
