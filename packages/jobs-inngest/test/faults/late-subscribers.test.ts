import { type Definition, defineJob } from '@cgk-platform/jobs-core'
import { describe, expect, test } from 'vitest'

import { openJobs } from '../kit/open-jobs.ts'

const payload = { tenantId: 'acme' }
const job = (id: string): Definition => defineJob({ id, event: 'work.asked', handler: () => 'done' })

/** An app with one job, of which one was sent, and which then is deployed with another for the same event. */
async function openDeployed() {
  const opened = await openJobs({ jobs: [job('work')] })
  const { client, until, pause, openApp } = opened
  const { id } = await client.sendJob('work.asked', payload, { delay: '1h' })
  await until(async () => (await client.getJobStatus(id)).runs.length > 0)
  await pause(6000)
  await openApp({ jobs: [job('work'), job('late')] })
  await pause(6000) // by then no process goes by what was registered before
  return { ...opened, id }
}

describe('a job whose event got another function after it was sent', () => {
  test('is cancelled at once: nobody waits for a run of that function', async () => {
    const { client, engine, clock, id } = await openDeployed()
    const [before, begunAt] = [engine.requests.length, clock.now()]

    await expect(client.cancelJob(id)).resolves.toMatchObject({ state: 'cancelled', runs: [{ state: 'cancelled' }] })

    expect(clock.now() - begunAt).toBeLessThan(5000)
    expect(engine.requests.length - before).toBeLessThanOrEqual(20)
  })
})
