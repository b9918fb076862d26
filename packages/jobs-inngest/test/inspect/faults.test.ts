import { defineJob } from '@cgk-platform/jobs-core'
import { RequestFailedError } from '@cgk-platform/jobs-core/errors'
import { errorResponse, failRequests, htmlResponse, type Kind, requestsOf } from '@cgk-platform/inngest-loopback'
import { failureOf } from '@cgk-platform/test-kit/failure-of'
import { expect, test } from 'vitest'

import { openInspection } from '../kit/open-inspection.ts'
import { openJobs } from '../kit/open-jobs.ts'

const jobs = [defineJob({ id: 'work', event: 'work.asked', handler: () => 'done' })]
const open = async () => {
  const opened = await openJobs({ jobs, factor: 100 })
  const { id } = await opened.client.sendJob('work.asked', { tenantId: 'acme' })
  await opened.client.waitForJob(id)
  const repeated = 10 // failed requests are repeated
  return { ...opened, ...openInspection(opened, repeated), id }
}

test.each<Kind>(['list', 'runs'])(
  'a page fails as a whole while the server does not answer requests of %s',
  async (kind) => {
    const { engine, page, id } = await open()
    const stop = failRequests(engine, kind, htmlResponse(502))
    expect(await failureOf(page())).toSatisfy(RequestFailedError.isInstance)
    stop()
    expect((await page()).jobs).toMatchObject([{ id, state: 'completed' }])
  },
)

test.each<Kind>(['eventRuns', 'trace'])('a job cannot be read while the server does not answer %s', async (kind) => {
  const { engine, client, job, id } = await open()
  failRequests(engine, kind, htmlResponse(502))
  if (kind === 'trace') {
    const delayed = await client.sendJob('work.asked', { tenantId: 'acme' }, { delay: '1h' })
    await client.waitForJob(delayed.id, { timeout: 1 }).catch(() => undefined)
    expect(await failureOf(job(delayed.id))).toMatchObject({ code: 'request_failed', status: 502 })
  } else expect(await failureOf(job(id))).toMatchObject({ code: 'request_failed', status: 502 })
})

test('a page waits for a rate limit as long as the server says, and fails if that is too long', async () => {
  const { engine, page, id } = await open()
  failRequests(engine, 'runs', errorResponse(429, 'too many requests', { 'retry-after': '2' }), 1)
  expect((await page()).jobs).toMatchObject([{ id }])
  failRequests(engine, 'list', errorResponse(429, 'too many requests', { 'retry-after': '3600' }))
  const error = await failureOf(page())
  expect(error).toMatchObject({ code: 'request_failed', status: 429 })
  expect(String(error)).toContain('3600')
})

test('a page waits for a slow server', async () => {
  const { engine, page, id } = await open()
  failRequests(engine, 'runs', { kind: 'delay', delayMs: 5000 })
  expect((await page()).jobs).toMatchObject([{ id }])
})

test('a foreign or changed cursor is refused without a request', async () => {
  const { engine, page } = await open()
  const before = requestsOf(engine, 'list').length
  for (const cursor of ['', 'x', 'n../../v2/apps', 'p01M89NKYKGFF7HX03T9STQ8AA', 'q01M89NKYKGFF7HX03T9STQ8AAA']) {
    expect(await failureOf(page({ cursor }))).toMatchObject({ code: 'invalid_option' })
  }
  expect(requestsOf(engine, 'list')).toHaveLength(before)
})
