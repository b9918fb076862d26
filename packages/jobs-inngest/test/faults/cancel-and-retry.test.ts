import { defineJob, NonRetryableError, RequestFailedError } from '@cgk-platform/jobs-core'
import { describe, expect, test } from 'vitest'

import type { Fault } from '../loopback/index.ts'
import { failureOf, hurryTimeouts, page, refusal } from '../kit/faults.ts'
import { openJobs, type OpenJobs } from '../kit/open-jobs.ts'
import { letFail, requestsOf } from '../kit/requests.ts'
import { expectNoSecrets, secretWord } from '../kit/secrets.ts'

const payload = { tenantId: 'acme', data: secretWord }

interface ChangeFault {
  readonly name: string
  readonly fault: Fault
  readonly status?: number
  readonly says: string
}

const faults: readonly ChangeFault[] = [
  { name: '401', fault: refusal(401), status: 401, says: 'Check the signing key' },
  { name: '403', fault: refusal(403), status: 403, says: 'Check the signing key' },
  { name: '404 of something else', fault: page(404), status: 404, says: 'it answered 404.' },
  { name: '413', fault: page(413), status: 413, says: 'it answered 413.' },
  { name: '429', fault: refusal(429), status: 429, says: 'it answered 429 (refused with 429)' },
  {
    name: '429 with Retry-After',
    fault: refusal(429, 'slow down', { 'retry-after': '7' }),
    status: 429,
    says: 'it answered 429 (slow down) and asks to be left alone for 7 s',
  },
  { name: '500', fault: refusal(500), status: 500, says: 'it answered 500 (refused with 500)' },
  { name: '502 with a page of HTML', fault: page(502), status: 502, says: 'it answered 502.' },
  { name: 'no answer at all', fault: { kind: 'hang' }, says: 'no answer within 15000 ms' },
  { name: 'a reset', fault: { kind: 'reset', when: 'before' }, says: 'the connection to http://127.0.0.1:' },
  { name: 'a reset in the middle of the answer', fault: { kind: 'cut' }, says: 'the connection to http://127.0.0.1:' },
]

function expectFailed(error: unknown, { status, says }: ChangeFault, what: string): void {
  expect(error).toBeInstanceOf(RequestFailedError)
  expect(error).toMatchObject({ code: 'request_failed', provider: 'inngest' })
  expect((error as RequestFailedError).status).toBe(status)
  expect((error as RequestFailedError).message).toContain(`\`inngest\` did not answer ${what} of the run `)
  expect((error as RequestFailedError).message).toContain(says)
}

describe('a cancel that fails says why, and is asked for once', () => {
  test.each(faults)('$name', async (fault) => {
    hurryTimeouts(fault.fault)
    const opened = await openJobs({ jobs: [defineJob({ id: 'work', event: 'work.asked', handler: () => 'done' })] })
    const { client, engine, logger } = opened
    const { id } = await client.sendJob('work.asked', payload, { delay: '1h' })
    await untilVisible(opened, id)
    const stop = letFail(engine, 'cancel', fault.fault)

    const error = await failureOf(client.cancelJob(id))

    expectFailed(error, fault, 'the cancel')
    expect(requestsOf(engine, 'cancel')).toHaveLength(1)
    expectNoSecrets(error, logger.lines)
    stop()
    await expect(client.cancelJob(id)).resolves.toMatchObject({ id, state: 'cancelled' })
  })

  test('what is cancelled although the answer was lost is not told as going on', async () => {
    const opened = await openJobs({ jobs: [defineJob({ id: 'work', event: 'work.asked', handler: () => 'done' })] })
    const { client, engine } = opened
    const { id } = await client.sendJob('work.asked', payload, { delay: '1h' })
    await untilVisible(opened, id)
    letFail(engine, 'cancel', { kind: 'cut' }, 1)
    await failureOf(client.cancelJob(id))
    await expect(client.getJobStatus(id)).resolves.toMatchObject({ state: 'cancelled' })
  })

  test('a run that ends just before its cancel comes is no failure', async () => {
    const opened = await openJobs({ jobs: [defineJob({ id: 'work', event: 'work.asked', handler: () => 'done' })] })
    const { client, engine } = opened
    const { id } = await client.sendJob('work.asked', payload, { delay: 3000 })
    await untilVisible(opened, id)
    letFail(engine, 'cancel', { kind: 'delay', delayMs: 6000 }, 1)
    await expect(client.cancelJob(id)).resolves.toMatchObject({ state: 'completed', runs: [{ output: 'done' }] })
  })
})

describe('a retry that fails says why, and is asked for once', () => {
  const openFailed = async (): Promise<OpenJobs & { id: string; handled: number[] }> => {
    const handled: number[] = []
    const handler = (): string => {
      handled.push(handled.length)
      if (handled.length === 1) throw new NonRetryableError('at first')
      return 'done'
    }
    const opened = await openJobs({ jobs: [defineJob({ id: 'work', event: 'work.asked', handler })] })
    const { id } = await opened.client.sendJob('work.asked', payload)
    await opened.client.waitForJob(id)
    return { ...opened, id, handled }
  }

  test.each(faults)('$name', async (fault) => {
    hurryTimeouts(fault.fault)
    const { client, engine, logger, id } = await openFailed()
    letFail(engine, 'rerun', fault.fault)
    const error = await failureOf(client.retryJob(id))
    expectFailed(error, fault, 'the retry')
    expect(requestsOf(engine, 'rerun')).toHaveLength(1)
    expectNoSecrets(error, logger.lines)
  })

  test('refused at first, asked again by the app: it runs once more', async () => {
    const { client, engine, id, handled } = await openFailed()
    letFail(engine, 'rerun', page(502), 1)
    await failureOf(client.retryJob(id))
    await client.retryJob(id)
    await expect(client.waitForJob(id)).resolves.toMatchObject({ state: 'completed' })
    expect(handled).toHaveLength(2)
  })

  test('taken although the answer was lost: asking again does not run it twice', async () => {
    const { client, engine, id, handled, pause } = await openFailed()
    letFail(engine, 'rerun', { kind: 'cut' }, 1)
    await failureOf(client.retryJob(id))
    await pause(1000)
    await expect(client.retryJob(id)).rejects.toMatchObject({ code: 'job_not_retryable' })
    const status = await client.waitForJob(id)
    expect(status).toMatchObject({ state: 'completed', runs: [{ state: 'failed' }, { state: 'completed' }] })
    expect(status.runs[1]!.retryOf).toBe(status.runs[0]!.id)
    expect(handled).toHaveLength(2)
  })
})

async function untilVisible({ client, until }: OpenJobs, id: string): Promise<void> {
  await until(async () => (await client.getJobStatus(id)).runs.length > 0)
}
