import { defineCronJob, type CronJobOptions } from '@cgk-platform/jobs-core'
import { createDeferred } from '@cgk-platform/test-kit/deferred'
import { createRecordedLogger } from '@cgk-platform/test-kit/recorded-logger'
import { describe, expect, test } from 'vitest'

import { createTestEngine, type TestEngine } from '../../src/testing/index.ts'

const retry = { maxAttempts: 2, backoff: 'fixed', initialDelay: '5s' } as const

function report(options: Partial<CronJobOptions<unknown>>) {
  return defineCronJob({ id: 'report', schedule: '* * * * *', retry, handler: () => undefined, ...options })
}

/** Returns the states of each tenant's jobs, oldest first. */
async function statesOf(engine: TestEngine): Promise<Record<string, string[]>> {
  const states: Record<string, string[]> = {}
  const { jobs } = await engine.client.listJobs({ limit: 1000 })
  for (const { tenantId, state } of jobs.toReversed()) (states[tenantId] ??= []).push(state)
  return states
}

describe('a cron job for each tenant', () => {
  test('skips a tick only for the tenant whose previous run is still running', async () => {
    const deferred = createDeferred()
    const cron = report({
      tenants: () => ['acme', 'slow'],
      handler: ({ tenantId }) => (tenantId === 'slow' ? deferred.promise : undefined),
    })
    const logger = createRecordedLogger()
    const engine = createTestEngine({ jobs: [cron], maxRealWaitMs: 5, logger })
    await engine.advance('3m')
    expect(await statesOf(engine)).toMatchObject({ acme: ['completed', 'completed', 'completed'], slow: ['running'] })
    const { jobs } = await engine.client.listJobs({ tenantId: 'system' })
    expect(jobs[0]?.runs[0]?.output).toEqual({ sent: 1, skipped: 1 })
    // Names are for the log alone: users of the platform may read outputs without knowing its tenants.
    expect(logger.lines.filter(({ message }) => message.startsWith('A cron tick was skipped for'))).toMatchObject([
      { level: 'info', fields: { tenantIds: ['slow'] } },
      { level: 'info', fields: { tenantIds: ['slow'] } },
    ])
    deferred.resolve()
    await engine.advance('1m')
    expect((await statesOf(engine))['slow']).toEqual(['completed', 'completed'])
  })
})

describe('a `tenants` function that fails', () => {
  test('once is retried, and each tenant gets one run', async () => {
    let asked = 0
    const cron = report({
      tenants: () => {
        if (++asked === 1) throw new Error('database is away')
        return ['acme', 'globex']
      },
    })
    const engine = createTestEngine({ jobs: [cron] })
    await engine.advance('65s')
    expect(asked).toBe(2)
    expect(await statesOf(engine)).toEqual({ system: ['completed'], acme: ['completed'], globex: ['completed'] })
  })

  test.each<[string, () => unknown, string]>([
    ['rejects', () => Promise.reject(new Error('database is away')), 'database is away'],
    ['returns an empty id', () => ['acme', ''], '`report.tenants` returned a tenant that is empty'],
  ])('that always %s is retried, then the tick fails without a run for any tenant', async (_name, tenants, message) => {
    const reported: string[] = []
    const logger = createRecordedLogger()
    const cron = report({
      tenants: tenants as () => string[],
      onFailure: (error, { tenantId }) => reported.push(`${tenantId}: ${error.message}`),
    })
    const engine = createTestEngine({ jobs: [cron], logger })
    await engine.advance('65s')
    expect(await statesOf(engine)).toEqual({ system: ['failed'] })
    const { jobs } = await engine.client.listJobs()
    expect(jobs[0]?.runs[0]).toMatchObject({ attempts: 2, error: { message: expect.stringContaining(message) } })
    expect(reported).toEqual([expect.stringContaining(`system: ${message}`)])
    expect(logger.messages('error')).toEqual(['The run failed.'])
    await engine.advance('1m')
    expect((await statesOf(engine))['system']).toHaveLength(2) // the next tick calls it again
  })
})
