import { defineJob } from '@cgk-platform/jobs-core'
import { describe, expect, test } from 'vitest'

import { openJobs } from '../kit/open-jobs.ts'

const payload = { tenantId: 'acme' }
const jobs = [defineJob({ id: 'work', event: 'work.asked', handler: () => 'done' })]

describe('an app that the engine does not know', () => {
  test('a job sent to it has no runs, and is told as completed without any', async () => {
    const { client } = await openJobs({ jobs, synced: false })
    const { id } = await client.sendJob('work.asked', payload)
    await expect(client.waitForJob(id)).resolves.toMatchObject({ id, state: 'completed', runs: [] })
  })

  test('once it is synced healthCheck is content, and the next job runs', async () => {
    const { client, app, pause } = await openJobs({ jobs, synced: false, engine: { delays: { runMs: 2000 } } })
    await client.waitForJob((await client.sendJob('work.asked', payload)).id)
    await app.sync()
    // What was read for the job before would say that nobody handles the event.
    const { id } = await client.sendJob('work.asked', payload)
    await expect(client.waitForJob(id)).resolves.toMatchObject({ state: 'completed', runs: [{ output: 'done' }] })
    await pause(6000)
    await expect(client.healthCheck()).resolves.toMatchObject({ ok: true })
  })

  test('what was sent just before is told as open until it is clear that it does not run', async () => {
    const { client, app } = await openJobs({ jobs, synced: false, factor: 300 })
    const { id } = await client.sendJob('work.asked', payload)
    await app.sync()
    await expect(client.waitForJob(id, { timeout: '6m' })).resolves.toMatchObject({ state: 'completed' })
  })
})
