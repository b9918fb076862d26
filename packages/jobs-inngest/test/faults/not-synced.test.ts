import { defineJob } from '@cgk-platform/jobs-core'
import { describe, expect, test } from 'vitest'

import { openJobs } from '../kit/open-jobs.ts'

const payload = { tenantId: 'acme' }
const jobs = [defineJob({ id: 'work', event: 'work.asked', handler: () => 'done' })]

describe('an app that is not synced', () => {
  test('has jobs that fail once they are lost, with a warning at once, if this process defines them', async () => {
    const { client, logger } = await openJobs({ jobs, synced: false, factor: 300 })
    const { id } = await client.sendJob('work.asked', payload)
    await expect(client.getJobStatus(id)).resolves.toMatchObject({ state: 'queued', runs: [] })
    expect(logger.lines.filter(({ level }) => level === 'warn').map(({ message }) => message)).toEqual([
      expect.stringMatching(
        /^Inngest has no function for `work\.asked`, although this process defines `work` for it\./,
      ),
    ])
    const lost = { state: 'failed', runs: [{ definitionId: 'work', error: { code: 'job_lost' } }] }
    await expect(client.waitForJob(id, { timeout: '6m' })).resolves.toMatchObject({ id, ...lost })
  })

  test('has jobs that are unhandled, if no process that reads them defines them, until a retry after the sync', async () => {
    const { app, client, openApp } = await openJobs({ jobs, synced: false, factor: 100 })
    const { client: reader } = await openApp({ appId: 'reader', synced: false })
    const { id } = await client.sendJob('work.asked', payload)
    await expect(reader.waitForJob(id)).resolves.toMatchObject({ id, state: 'unhandled', runs: [] })
    await expect(reader.retryJob(id)).rejects.toMatchObject({ code: 'request_failed' })
    await app.sync()
    await reader.retryJob(id)
    await expect(reader.waitForJob(id)).resolves.toMatchObject({ id, state: 'completed', runs: [{ output: 'done' }] })
  })

  test('passes the health check after a sync, and runs the next job', async () => {
    const { client, app, pause } = await openJobs({ jobs, synced: false, engine: { delays: { runMs: 2000 } } })
    await client.getJobStatus((await client.sendJob('work.asked', payload)).id)
    await app.sync()
    // The registrations read for the first job would say that no function handles the event.
    const { id } = await client.sendJob('work.asked', payload)
    await expect(client.waitForJob(id)).resolves.toMatchObject({ state: 'completed', runs: [{ output: 'done' }] })
    await pause(6000)
    await expect(client.healthCheck()).resolves.toMatchObject({ ok: true })
  })

  test('has failed jobs as soon as it is synced, which a retry runs with their ids', async () => {
    const { client, app, pause } = await openJobs({ jobs, synced: false, factor: 100 })
    const { id } = await client.sendJob('work.asked', payload)
    await pause(10_000)
    await app.sync()
    await pause(6000) // the functions are cached
    await expect(client.getJobStatus(id)).resolves.toMatchObject({ state: 'failed', runs: [{ attempts: 0 }] })
    await client.retryJob(id)
    await expect(client.waitForJob(id)).resolves.toMatchObject({ id, state: 'completed', runs: [{ output: 'done' }] })
  })
})
