import { defineCronJob, defineJob } from '@cgk-platform/jobs-core'
import { describe, expect, test } from 'vitest'

import { openJobs } from '../kit/open-jobs.ts'

const payload = { tenantId: 'acme', number: 1 }
const minute = 60_000
/** An instant far from the end of any TTL bucket. */
const noonTomorrow = Math.floor(Date.now() / 86_400_000 + 1.5) * 86_400_000 + 43_200_000

const skews = [
  { where: 'a minute ahead of the engine', aheadMs: minute },
  { where: 'a minute behind the engine', aheadMs: -minute },
]

describe.each(skews)('an app whose clock is $where', ({ aheadMs }) => {
  test('runs a delayed job no sooner than requested, once it has sent any request', async () => {
    let startedAt = Number.NaN
    const work = defineJob({ id: 'work', event: 'work.asked', handler: () => void (startedAt = engineClock.now()) })
    const { client, engineClock } = await openJobs({ jobs: [work], aheadMs })
    await client.healthCheck() // any response provides the engine's time; a send requests none
    const sentAt = engineClock.now()
    const { id } = await client.sendJob('work.asked', payload, { delay: 8000 })
    await client.waitForJob(id)
    expect(startedAt - sentAt).toBeGreaterThanOrEqual(8000)
  })

  test('retries no sooner than computed', async () => {
    const startedAt: number[] = []
    const work = defineJob({
      id: 'work',
      event: 'work.asked',
      retry: { maxAttempts: 3, backoff: 'fixed', initialDelay: 5000 },
      handler(): void {
        startedAt.push(engineClock.now())
        if (startedAt.length < 3) throw new Error('again')
      },
    })
    const { client, engineClock } = await openJobs({ jobs: [work], aheadMs })
    const { id } = await client.sendJob('work.asked', payload)
    await expect(client.waitForJob(id)).resolves.toMatchObject({ state: 'completed', runs: [{ attempts: 3 }] })
    for (const [before, after] of [startedAt.slice(0, 2), startedAt.slice(1)]) {
      expect(after! - before!).toBeGreaterThanOrEqual(5000)
    }
  })

  test("keeps all ticks of a cron job, with the engine's times", async () => {
    const ticks: number[] = []
    const sweep = defineCronJob({
      id: 'sweep',
      schedule: '* * * * *',
      handler: ({ scheduledAt }) => void ticks.push(scheduledAt.getTime()),
    })
    const { logger, until, engineClock } = await openJobs({ jobs: [sweep], aheadMs, factor: 80 })
    const startedAt = engineClock.now()
    await until(() => ticks.length === 2)
    // One tick can have come before the clock was read, because it runs 80 times as fast as the system clock.
    const next = Math.ceil(startedAt / minute) * minute
    const first = ticks[0] === next - minute ? next - minute : next
    expect(ticks).toEqual([first, first + minute])
    expect(logger.messages('warn')).toEqual([])
  })

  test('keeps an idempotency key, also with an app whose clock is correct', async () => {
    const handled: string[] = []
    const work = defineJob({ id: 'work', event: 'work.asked', handler: (_, { jobId }) => void handled.push(jobId) })
    const { client, openApp, pause } = await openJobs({ jobs: [work], aheadMs, startAt: noonTomorrow })
    const right = await openApp({ synced: false })
    const first = await client.sendJob('work.asked', payload, { idempotencyKey: 'once' })
    const second = await client.sendJob('work.asked', payload, { idempotencyKey: 'once' })
    await pause(1000)
    const third = await right.client.sendJob('work.asked', payload, { idempotencyKey: 'once' })
    expect([second, third]).toEqual([
      { ...first, deduplicated: true },
      { ...first, deduplicated: true },
    ])
    await client.waitForJob(first.id)
    await pause(2000)
    expect(handled).toEqual([first.id])
  })
})

test('never reports that a job completed before it began if the clock is an hour ahead', async () => {
  const work = defineJob({ id: 'work', event: 'work.asked', handler: () => 'done' })
  const { client } = await openJobs({ jobs: [work], aheadMs: 60 * minute, engine: { delays: { runMs: 2000 } } })
  const { id } = await client.sendJob('work.asked', payload)
  await expect(client.getJobStatus(id)).resolves.toMatchObject({ state: 'queued', runs: [] })
  await expect(client.waitForJob(id)).resolves.toMatchObject({ state: 'completed', runs: [{ output: 'done' }] })
})
