import { defineJob } from '@cgk-platform/jobs-core'
import { describe, expect, test } from 'vitest'

import { openJobs } from '../kit/open-jobs.ts'

const payload = { tenantId: 'acme' }
const jobs = [defineJob({ id: 'work', event: 'work.asked', handler: () => 'done' })]

describe('an app that the engine does not know', () => {
  test('healthCheck says so, and what to do', async () => {
    const { client } = await openJobs({ jobs, synced: false })
    const health = await client.healthCheck()
    expect(health.ok).toBe(false)
    expect(health.checks.map(({ name, ok }) => [name, ok])).toEqual([
      ['engine', true],
      ['signing key', true],
      ['app', false],
    ])
    expect(health.checks[2]!.message).toBe('`jobs` is unknown: sync it, or check `appId`')
  })

  test('a job sent to it has no runs, and is told as completed without any', async () => {
    const { client } = await openJobs({ jobs, synced: false })
    const { id } = await client.sendJob('work.asked', payload)
    await expect(client.waitForJob(id)).resolves.toMatchObject({ id, state: 'completed', runs: [] })
  })

  test('it can be cancelled and is then as it was, and there is nothing to retry', async () => {
    const { client } = await openJobs({ jobs, synced: false })
    const { id } = await client.sendJob('work.asked', payload)
    await expect(client.cancelJob(id)).resolves.toMatchObject({ state: 'completed', runs: [] })
    await expect(client.retryJob(id)).rejects.toMatchObject({ code: 'job_not_retryable' })
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

  test('what was sent before does not run later, and stays told as completed without runs', async () => {
    const { client, app, pause } = await openJobs({ jobs, synced: false })
    const { id } = await client.sendJob('work.asked', payload)
    await client.waitForJob(id)
    await pause(4000)
    await app.sync()
    await pause(6000)
    await expect(client.getJobStatus(id)).resolves.toMatchObject({ state: 'completed', runs: [] })
  })

  test('what was sent just before is told as open until it is clear that it does not run', async () => {
    const { client, app } = await openJobs({ jobs, synced: false, factor: 300 })
    const { id } = await client.sendJob('work.asked', payload)
    await app.sync()
    await expect(client.waitForJob(id, { timeout: '6m' })).resolves.toMatchObject({ state: 'completed' })
  })
})

describe('an app that the engine knows without its newest jobs', () => {
  test('healthCheck names those that are missing', async () => {
    const { openApp } = await openJobs({ jobs })
    const more = defineJob({ id: 'more', event: 'work.followed', handler: () => 'done' })
    const { client } = await openApp({ jobs: [...jobs, more], synced: false })
    const health = await client.healthCheck()
    expect(health.ok).toBe(false)
    expect(health.checks.at(-1)).toMatchObject({ name: 'functions', ok: false })
    expect(health.checks.at(-1)!.message).toBe('not registered: `more`. Sync the app again')
  })
})
