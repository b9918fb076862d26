import { defineJob, defineWorkflow, type Throttle } from '@cgk-platform/jobs-core'
import { expect, test } from 'vitest'

import { openJobs } from '../kit/open-jobs.ts'

const hourly: Throttle = { limit: 1, period: '1h' }

test('a throttle counts a run once, whatever its attempts, steps and waits', async () => {
  let attempts = 0
  const workflow = defineWorkflow({
    id: 'work',
    event: 'work.asked',
    throttle: hourly,
    retry: { maxAttempts: 2, initialDelay: 1250 },
    steps: async (_event, step) => {
      if (++attempts === 1) throw new Error('too early')
      await step.run('one', () => undefined)
      await step.sleep('nap', '2s')
      await step.run('two', () => undefined)
    },
  })
  const { client, engineClock } = await openJobs({ jobs: [workflow] })
  const sentAt = engineClock.now()
  const { id } = await client.sendJob('work.asked', { tenantId: 'acme' })
  const { state, runs } = await client.waitForJob(id)
  expect([state, runs[0]!.attempts]).toEqual(['completed', 2])
  expect(engineClock.now() - sentAt).toBeLessThan(3_600_000)
})

test('a run that waits for a throttle is queued, and has none after its key has changed', async () => {
  const define = (throttle: Throttle) =>
    defineJob({ id: 'work', event: 'work.asked', throttle, handler: () => undefined })
  const { client, app, pause, openApp } = await openJobs({ jobs: [define(hourly)] })
  const [first, second] = [
    await client.sendJob('work.asked', { tenantId: 'acme' }),
    await client.sendJob('work.asked', { tenantId: 'acme' }),
  ]
  await client.waitForJob(first.id)
  await pause(3000)
  await expect(client.getJobStatus(second.id)).resolves.toMatchObject({ state: 'queued' })
  await app.close()
  await openApp({ jobs: [define({ ...hourly, key: 'number' })], port: app.port })
  await expect(client.waitForJob(second.id)).resolves.toMatchObject({ state: 'completed' })
})
