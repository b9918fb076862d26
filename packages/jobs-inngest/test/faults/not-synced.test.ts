import { defineJob } from '@cgk-platform/jobs-core'
import { describe, expect, test } from 'vitest'

import { openJobs } from '../kit/open-jobs.ts'

const payload = { tenantId: 'acme' }
const jobs = [defineJob({ id: 'work', event: 'work.asked', handler: () => 'done' })]

describe('an app that is not synced', () => {
  test('has jobs that complete without runs', async () => {
    const { client } = await openJobs({ jobs, synced: false })
    const { id } = await client.sendJob('work.asked', payload)
    await expect(client.waitForJob(id)).resolves.toMatchObject({ id, state: 'completed', runs: [] })
  })

  test('passes the health check after a sync, and runs the next job', async () => {
    const { client, app, pause } = await openJobs({ jobs, synced: false, engine: { delays: { runMs: 2000 } } })
    await client.waitForJob((await client.sendJob('work.asked', payload)).id)
    await app.sync()
    // The registrations read for the first job would say that no function handles the event.
    const { id } = await client.sendJob('work.asked', payload)
    await expect(client.waitForJob(id)).resolves.toMatchObject({ state: 'completed', runs: [{ output: 'done' }] })
    await pause(6000)
    await expect(client.healthCheck()).resolves.toMatchObject({ ok: true })
  })

  test('has open jobs until it is certain that they do not run', async () => {
    const { client, app } = await openJobs({ jobs, synced: false, factor: 300 })
    const { id } = await client.sendJob('work.asked', payload)
    await app.sync()
    await expect(client.waitForJob(id, { timeout: '6m' })).resolves.toMatchObject({ state: 'completed' })
  })
})
