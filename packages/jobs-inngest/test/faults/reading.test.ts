import { defineJob } from '@cgk-platform/jobs-core'
import { describe, expect, test } from 'vitest'

import { page, refusal } from '../kit/faults.ts'
import { openJobs } from '../kit/open-jobs.ts'
import { letFail } from '../kit/requests.ts'
import { secretWord } from '../kit/secrets.ts'

const payload = { tenantId: 'acme', data: secretWord }
const jobs = [defineJob({ id: 'work', event: 'work.asked', handler: () => 'done' })]

describe('a read that fails says why, and is asked again only where that may help', () => {
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
