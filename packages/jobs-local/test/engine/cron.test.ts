import { type CronContext, type CronJobOptions, defineCronJob, type JobStatus } from '@cgk-platform/jobs-core'
import { describe, expect, test } from 'vitest'

import { createTestEngine, type TestEngine } from '../../src/testing/index.ts'
import { createDeferred } from '../kit/deferred.ts'
import { createRecordedLogger } from '../kit/recorded-logger.ts'

const skipped = 'A cron tick was skipped: the previous run still goes on.'

function everyMinute<Output = void>(
  options: Partial<CronJobOptions<Output>> & Pick<CronJobOptions<Output>, 'handler'>,
) {
  return defineCronJob<Output>({ id: 'every-minute', schedule: '* * * * *', ...options })
}

/** The runs of all ticks, oldest first. */
async function ticksOf(engine: TestEngine): Promise<JobStatus[]> {
  const { jobs } = await engine.client.listJobs({ event: 'cron/every-minute', limit: 1000 })
  return jobs.toReversed()
}

const minuteOf = ({ scheduledAt }: CronContext): number => scheduledAt.getUTCMinutes()

describe('a tick', () => {
  test('is an ordinary job of the tenant `system`, with a run, a context and a status', async () => {
    const contexts: CronContext[] = []
    const cron = everyMinute({
      handler: (context: CronContext) => {
        contexts.push(context)
        return { minute: minuteOf(context) }
      },
    })
    const engine = createTestEngine({ jobs: [cron] })
    await engine.advance('2m')
    const [first, second, ...more] = await ticksOf(engine)
    expect(more).toEqual([])
    expect(first).toMatchObject({
      event: 'cron/every-minute',
      tenantId: 'system',
      state: 'completed',
      createdAt: new Date('2026-01-01T00:01:00Z'),
      runs: [{ definitionId: 'every-minute', state: 'completed', attempts: 1, output: { minute: 1 } }],
    })
    expect(second?.runs[0]?.output).toEqual({ minute: 2 })
    const { signal, logger, ...facts } = contexts[0]!
    expect([signal.aborted, typeof logger.info]).toEqual([false, 'function'])
    expect(facts).toEqual({
      jobId: first!.id,
      runId: first!.runs[0]!.id,
      attempt: 1,
      maxAttempts: 3,
      tenantId: 'system',
      scheduledAt: new Date('2026-01-01T00:01:00Z'),
    })
  })

  test('that fails is retried, reported once, and does not keep the next from running', async () => {
    const failures: string[] = []
    const cron = everyMinute({
      retry: { maxAttempts: 2, backoff: 'fixed', initialDelay: '5s' },
      handler: (context) => {
        if (minuteOf(context) === 1) throw new Error(`attempt ${context.attempt}`)
      },
      onFailure: (error, context) => failures.push(`${error.message}, tick ${minuteOf(context)}`),
    })
    const engine = createTestEngine({ jobs: [cron] })
    await engine.advance('2m')
    expect((await ticksOf(engine)).map(({ state }) => state)).toEqual(['failed', 'completed'])
    expect(failures).toEqual(['attempt 2, tick 1'])
  })

  test('that failed can be retried by hand, and keeps its instant', async () => {
    const seen: number[] = []
    const cron = everyMinute({
      retry: { maxAttempts: 1 },
      handler: (context) => {
        seen.push(minuteOf(context))
        if (seen.length === 1) throw new Error('once')
      },
    })
    const engine = createTestEngine({ jobs: [cron] })
    await engine.advance('90s')
    const [failed] = await ticksOf(engine)
    await engine.client.retryJob(failed!.id)
    await engine.settle()
    expect(seen).toEqual([1, 1])
    expect((await engine.client.getJobStatus(failed!.id)).state).toBe('completed')
  })

  test('the same minute is never dispatched twice, however often the engine is woken', async () => {
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
  test('by default a tick is skipped, with a line, while the previous run goes on, and only so long', async () => {
    const deferred = createDeferred()
    const seen: number[] = []
    const cron = everyMinute({
      handler: (context) => {
        seen.push(minuteOf(context))
        return deferred.promise
      },
    })
    const logger = createRecordedLogger()
    const engine = createTestEngine({ jobs: [cron], logger, patienceMs: 5 })
    await engine.advance('3m')
    expect(seen).toEqual([1])
    expect(
      logger.lines.filter(({ message }) => message === skipped).map(({ level, fields }) => [level, fields]),
    ).toEqual(
      [2, 3].map((minute) => ['info', { definition: 'every-minute', tick: `2026-01-01T00:0${minute}:00.000Z` }]),
    )
    deferred.resolve()
    await engine.advance('1m')
    expect(seen).toEqual([1, 4])
  })

  test('a run that waits for its next attempt still goes on', async () => {
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

  test('one that was cancelled does not', async () => {
    const cron = everyMinute({ handler: () => new Promise(() => undefined) })
    const engine = createTestEngine({ jobs: [cron], patienceMs: 5 })
    await engine.advance('1m')
    await engine.client.cancelJob((await ticksOf(engine))[0]!.id)
    await engine.advance('1m')
    expect((await ticksOf(engine)).map(({ state }) => state)).toEqual(['cancelled', 'running'])
    await engine.close()
  })

  test('`allow` begins a run at every tick', async () => {
    const deferred = createDeferred()
    const cron = everyMinute({ overlap: 'allow', handler: () => deferred.promise })
    const engine = createTestEngine({ jobs: [cron], patienceMs: 5 })
    await engine.advance('3m')
    expect((await ticksOf(engine)).map(({ state }) => state)).toEqual(['running', 'running', 'running'])
    deferred.resolve()
    await engine.settle()
    expect((await ticksOf(engine)).map(({ state }) => state)).toEqual(['completed', 'completed', 'completed'])
  })

  test('`allow` with a concurrency of one queues them', async () => {
    const deferred = createDeferred()
    const cron = everyMinute({ overlap: 'allow', concurrency: 1, handler: () => deferred.promise })
    const engine = createTestEngine({ jobs: [cron], patienceMs: 5 })
    await engine.advance('3m')
    expect((await ticksOf(engine)).map(({ state }) => state)).toEqual(['running', 'queued', 'queued'])
    deferred.resolve()
    await engine.settle()
    expect((await ticksOf(engine)).map(({ state }) => state)).toEqual(['completed', 'completed', 'completed'])
  })

  test('one cron job that goes on holds up no other', async () => {
    const other: number[] = []
    const slow = everyMinute({ handler: () => new Promise(() => undefined) })
    const quick = everyMinute({ id: 'other', handler: (context) => void other.push(minuteOf(context)) })
    const engine = createTestEngine({ jobs: [slow, quick], patienceMs: 5 })
    await engine.advance('3m')
    expect(other).toEqual([1, 2, 3])
    await engine.close()
  })
})

describe('when the clocks change', () => {
  const utcTimes = async (schedule: string, from: string, days: number): Promise<string[]> => {
    const seen: string[] = []
    const cron = defineCronJob({
      id: 'berlin',
      schedule,
      timezone: 'Europe/Berlin',
      handler: ({ scheduledAt }) => void seen.push(scheduledAt.toISOString().slice(5, 16)),
    })
    const engine = createTestEngine({ jobs: [cron], startAt: new Date(from) })
    await engine.advance(`${days}d`)
    expect(engine.attempts.map(({ at }) => at.toISOString().slice(5, 16))).toEqual(seen)
    return seen
  }

  test('in spring a fixed time that does not exist runs at the first instant after the gap', async () => {
    expect(await utcTimes('30 2 * * *', '2026-03-27T12:00:00Z', 3)).toEqual([
      '03-28T01:30',
      '03-29T01:00',
      '03-30T00:30',
    ])
  })

  test('in autumn a fixed time that occurs twice runs at the first', async () => {
    expect(await utcTimes('30 2 * * *', '2026-10-23T12:00:00Z', 3)).toEqual([
      '10-24T00:30',
      '10-25T00:30',
      '10-26T01:30',
    ])
  })

  test('every hour follows elapsed time: none is left out and none runs twice', async () => {
    const hours = (from: number) => Array.from({ length: 24 }, (_, hour) => new Date(from + (hour + 1) * 3_600_000))
    for (const day of ['2026-03-29T00:00:00Z', '2026-10-25T00:00:00Z']) {
      const expected = hours(Date.parse(day)).map((at) => at.toISOString().slice(5, 16))
      expect(await utcTimes('0 * * * *', day, 1)).toEqual(expected)
    }
  })

  test('a fixed time keeps its local hour across the change', async () => {
    expect(await utcTimes('0 9 * * *', '2026-03-27T12:00:00Z', 3)).toEqual([
      '03-28T08:00',
      '03-29T07:00',
      '03-30T07:00',
    ])
  })
})
