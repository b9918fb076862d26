import { type CronJobDefinition, defineCronJob, NonRetryableError } from '@cgk-platform/jobs-core'
import { systemTenantId, cronEventOf } from '@cgk-platform/jobs-core/provider'
import { afterEach, describe, expect, test, vi } from 'vitest'

import { createFakeEngine, type FakeRun } from '../../test/kit/fake-engine.ts'
import { type AttemptExecution, openTasks } from '../../test/kit/open-tasks.ts'
import { retryJob } from '../control/retry-job.ts'
import type { EventPayload } from '../wire/payload.ts'
import { requeueThresholdMs } from './requeue-limits.ts'

afterEach(() => vi.unstubAllGlobals())

const start = Date.parse('2026-03-01T12:00:00Z') // the time of the fake clock
const minuteMs = 60_000

type Options = Partial<Parameters<typeof defineCronJob>[0]>

function cron(options: Options = {}): CronJobDefinition {
  return defineCronJob({ id: 'report', schedule: '*/5 * * * *', handler: () => undefined, ...options })
}

async function open(options: Options = {}, engine = createFakeEngine()) {
  const tasks = await openTasks([cron(options)], { engine })
  /** Runs a tick with the payload as the SDK parses it, with `Date` values. */
  const tick = (atMs = start, attempt = 1, more: Partial<AttemptExecution> = {}) =>
    tasks.attempt('tick-report', {
      payload: { timestamp: new Date(atMs), type: 'DECLARATIVE' },
      attempt,
      maxAttempts: 250,
      ...more,
    })
  /** Executes the attempt of a run, and sets its status as the server would. */
  const execute = async (run: FakeRun) => {
    const { ok } = await tasks.attempt(run.taskId, { payload: run.payload, runId: run.id })
    run.status = ok ? 'COMPLETED' : 'FAILED'
  }
  return { ...tasks, engine, tick, execute }
}

/** Returns the ticks of the jobs that were sent. */
function ticksOf(engine: ReturnType<typeof createFakeEngine>): unknown[] {
  return engine.runs.map(({ payload }) => (payload as Sent).envelope.payload.scheduledAt)
}

interface Sent {
  readonly envelope: { readonly payload: { readonly scheduledAt: string }; readonly tenantId: string }
}

const iso = (ms: number) => new Date(ms).toISOString()

describe('a tick', () => {
  test('is dispatched once, even if its run has failed', async () => {
    for (const overlap of ['skip', 'allow'] as const) {
      const handler = () => Promise.reject(new NonRetryableError('no'))
      const { tick, engine, execute } = await open({ overlap, handler })
      await tick()
      await execute(engine.runs[0]!)
      await execute(engine.runs[1]!)
      expect(engine.runs.map(({ taskId, status }) => [taskId, status])).toEqual([
        ['cron-report', 'COMPLETED'],
        ['job-report', 'FAILED'],
      ])
      await tick(start, 2)
      expect(engine.runs).toHaveLength(2)
    }
  })

  test('is in time by the server’s clock, even if the worker’s clock is ahead', async () => {
    const { tick, engine, clock } = await open()
    const tickAt = start - 10 * minuteMs
    await tick(tickAt, 1, { startedAt: tickAt + 2000 })
    expect(clock.now()).toBe(start)
    expect(ticksOf(engine)).toEqual([iso(tickAt)])
  })

  test('is in time within the minute over which a server may spread its schedules', async () => {
    const { tick, engine } = await open()
    await tick(start - 74_000)
    expect(ticksOf(engine)).toEqual([iso(start - 74_000)])
  })

  test('uses the current time if it was triggered by hand without a timestamp', async () => {
    const { attempt, engine } = await open()
    await attempt('tick-report', { payload: {} })
    expect(ticksOf(engine)).toEqual([iso(start)])
  })
})

describe('a tick during a manual retry of the previous job', () => {
  test('is skipped', async () => {
    const handler = () => Promise.reject(new NonRetryableError('no'))
    const { tick, engine, dependencies, execute, clock } = await open({ handler })
    await tick(start - 5000)
    const [job] = engine.runs
    await execute(job!)
    await execute(engine.runs[1]!)
    await clock.finish(retryJob(job!.id, dependencies))
    const retried = engine.runs[2]!
    expect(retried).toMatchObject({ taskId: 'cron-report', payload: { retry: { jobId: job!.id } } })
    retried.status = 'EXECUTING'
    expect((await tick()).output).toEqual({ sent: 0, skipped: [systemTenantId] })
    await execute(retried)
    expect((await tick()).output).toEqual({ sent: 0, skipped: [systemTenantId] })
    await execute(engine.runs[3]!)
    expect((await tick()).output).toEqual({ sent: 1, skipped: [] })
  })
})

describe('a tick whose dispatch fails', () => {
  const broken = () =>
    createFakeEngine(({ url }) =>
      url.pathname.endsWith('/trigger') ? { status: 400, body: { error: 'no' } } : undefined,
    )

  test('is retried while it is in time, and logs each failure', async () => {
    const { tick, logger } = await open({}, broken())
    const delays: unknown[] = []
    for (const attempt of [1, 2, 3, 4, 5]) delays.push((await tick(start, attempt)).retry?.delay)
    expect(delays).toEqual([1100, 2200, 4400, 6000, undefined])
    expect(logger.messages('error')).toHaveLength(5)
  })

  test('is retried for twenty minutes with `catchUp`, as often as a run can return to its queue', async () => {
    const { tick } = await open({ catchUp: 'latest' }, broken())
    const delays: number[] = []
    for (let attempt = 1; ; attempt++) {
      const { retry } = await tick(start, attempt)
      if (!retry) break
      delays.push(retry.delay)
    }
    expect(delays.slice(0, 4)).toEqual([1100, 2200, 4400, 6000])
    expect(delays.filter((delay) => delay >= requeueThresholdMs)).toHaveLength(11)
    expect(Math.round(delays.reduce((sum, delay) => sum + delay) / minuteMs)).toBe(19)
  })

  test('is retried by the server after a crash', async () => {
    expect((await open()).task('tick-report')['retry']).toMatchObject({ maxAttempts: 250 })
  })
})

describe('tenants', () => {
  const system = {
    envelope: {
      v: 1,
      id: 'x',
      event: cronEventOf('report'),
      tenantId: systemTenantId,
      sentAt: start,
      payload: { tenantId: systemTenantId, scheduledAt: iso(start) },
    },
  }

  test('get one job each, even if one send fails and the job of another tenant has already failed', async () => {
    let isBroken = true
    const engine = createFakeEngine(({ url, body }) =>
      isBroken && url.pathname.endsWith('cron-report/trigger') && JSON.stringify(body).includes('globex')
        ? { status: 400, body: { error: 'no' } }
        : undefined,
    )
    const handler = () => Promise.reject(new NonRetryableError('no'))
    const { attempt, execute } = await open({ tenants: () => ['acme', 'globex'], handler }, engine)
    expect(await attempt('cron-report', { payload: system })).toMatchObject({ ok: false, retry: { delay: 1000 } })
    for (const run of engine.runs) await execute(run)
    isBroken = false
    expect(await attempt('cron-report', { payload: system, attempt: 2 })).toMatchObject({ ok: true })
    const jobs = engine.runs.filter(({ taskId }) => taskId === 'cron-report')
    expect(jobs.map(({ payload }) => (payload as EventPayload).envelope.tenantId)).toEqual(['acme', 'globex'])
  })
})
