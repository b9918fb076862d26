import { defineJob } from '@cgk-platform/jobs-core'
import { errorResponse, failRequests, htmlResponse } from '@cgk-platform/inngest-loopback'
import { describe, expect, test } from 'vitest'

import { openJobs } from '../kit/open-jobs.ts'
import { secretWord } from '../kit/secrets.ts'

const payload = { tenantId: 'acme', data: secretWord }
const jobs = [defineJob({ id: 'work', event: 'work.asked', handler: () => 'done' })]

describe('a failed read', () => {
  test('of the runs fails the status, which contains no assumptions', async () => {
    const { client, engine } = await openJobs({ jobs })
    const { id } = await client.sendJob('work.asked', payload)
    failRequests(engine, 'eventRuns', htmlResponse(404))
    await expect(client.getJobStatus(id)).rejects.toMatchObject({ code: 'request_failed', status: 404 })
  })

  test.each([htmlResponse(404), errorResponse(403), errorResponse(501)])(
    'of the registrations with $status still allows reading and cancelling a job',
    async (fault) => {
      const { client, engine, pause } = await openJobs({ jobs, factor: 100 })
      failRequests(engine, 'apps', fault)
      const done = await client.sendJob('work.asked', payload)
      await expect(client.waitForJob(done.id)).resolves.toMatchObject({
        state: 'completed',
        runs: [{ output: 'done' }],
      })
      const { id } = await client.sendJob('work.asked', payload, { delay: '1h' })
      await expect(client.cancelJob(id)).resolves.toMatchObject({ state: 'cancelled' })
      const unhandled = await client.sendJob('work.followed', payload)
      await expect(client.getJobStatus(unhandled.id)).resolves.toMatchObject({ state: 'queued', runs: [] })
      await pause(11_000)
      await expect(client.getJobStatus(unhandled.id)).resolves.toMatchObject({ state: 'unhandled', runs: [] })
    },
  )

  test('of the registrations fails the status while the failure is transient', async () => {
    const { client, engine } = await openJobs({ jobs })
    const { id } = await client.sendJob('work.asked', payload)
    failRequests(engine, 'apps', htmlResponse(502))
    await expect(client.getJobStatus(id)).rejects.toMatchObject({ code: 'request_failed', status: 502 })
  })
})
