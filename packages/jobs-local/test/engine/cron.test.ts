import { type CronContext, defineCronJob, type JobStatus, type CronJobOptions } from '@cgk-platform/jobs-core'
import { describe, expect, test } from 'vitest'

import { createTestEngine, type TestEngine } from '../../src/testing/index.ts'

function everyMinute<Output = void>(
  options: Partial<CronJobOptions<Output>> & Pick<CronJobOptions<Output>, 'handler'>,
) {
  return defineCronJob<Output>({ id: 'every-minute', schedule: '* * * * *', ...options })
}

/** Returns the runs of all ticks, oldest first. */
async function ticksOf(engine: TestEngine): Promise<JobStatus[]> {
  const { jobs } = await engine.client.listJobs({ event: 'cron/every-minute', limit: 1000 })
  return jobs.toReversed()
}

const minuteOf = ({ scheduledAt }: CronContext): number => scheduledAt.getUTCMinutes()

describe('a tick', () => {
  test('is never dispatched twice for the same minute, however often the engine wakes', async () => {
    const seen: number[] = []
    const cron = everyMinute({ handler: (context) => void seen.push(minuteOf(context)) })
    const engine = createTestEngine({ jobs: [cron] })
    for (let second = 0; second < 130; second++) {
      await engine.advance('1s')
      await engine.client.sendJob('analytics.track', { tenantId: 'acme', event: 'woken' })
    }
    expect(seen).toEqual([1, 2])
  })
})

describe('overlap', () => {
  test('a run that waits for a retry counts as running', async () => {
    const cron = everyMinute({
      retry: { maxAttempts: 2, backoff: 'fixed', initialDelay: '150s', maxDelay: '150s' },
      handler: ({ attempt }) => {
        if (attempt === 1) throw new Error('once')
      },
    })
    const engine = createTestEngine({ jobs: [cron] })
    await engine.advance('4m')
    expect((await ticksOf(engine)).map(({ createdAt }) => createdAt.getUTCMinutes())).toEqual([1, 4])
  })
})
