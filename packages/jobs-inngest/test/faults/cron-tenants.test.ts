import { type CronJobOptions, defineCronJob, type Definition } from '@cgk-platform/jobs-core'
import { describe, expect, test } from 'vitest'

import { openJobs, type OpenJobs } from '../kit/open-jobs.ts'

const dayMs = 86_400_000
const noon = Math.floor(Date.now() / dayMs + 1.5) * dayMs + dayMs / 2
const retry = { maxAttempts: 2, backoff: 'fixed', initialDelay: '5s' } as const

interface Opened extends OpenJobs {
  /** When the tenants were asked for, by the engine's clock. */
  readonly askedAt: number[]
  readonly handled: string[]
  readonly reported: string[]
}

/** A cron job of every minute whose first tick is in ten seconds. */
async function openReport(tenants: (call: number) => unknown): Promise<Opened> {
  const [askedAt, handled, reported]: [number[], string[], string[]] = [[], [], []]
  const options: CronJobOptions<unknown> = {
    id: 'report',
    schedule: '* * * * *',
    retry,
    tenants: () => tenants(askedAt.push(opened.engineClock.now())) as string[],
    handler: ({ tenantId }) => void handled.push(tenantId),
    onFailure: (error, { tenantId, attempt }) => void reported.push(`${tenantId} ${attempt}: ${error.message}`),
  }
  const jobs = [defineCronJob(options) as Definition]
  const opened = await openJobs({ jobs, factor: 40, startAt: noon - 10_000 })
  return { ...opened, askedAt, handled, reported }
}

/** The state of each tenant's jobs, oldest first. */
async function statesOf({ client }: OpenJobs): Promise<Record<string, string[]>> {
  const states: Record<string, string[]> = {}
  const { jobs } = await client.listJobs({ limit: 100 })
  for (const { tenantId, state } of jobs.toReversed()) (states[tenantId] ??= []).push(state)
  return states
}

// The local engine has the same tests: the tenants of a cron job are asked for within a run, by the rules of all runs.
describe('`tenants` that goes wrong', () => {
  test('once is asked again by the policy of the definition, and each tenant has one run', async () => {
    const opened = await openReport((call) => {
      if (call === 1) throw new Error('database is away')
      return ['acme', 'globex']
    })
    const { askedAt, handled, reported, until, pause } = opened
    await until(() => handled.length >= 2)
    await pause(10_000)
    expect(await statesOf(opened)).toEqual({ system: ['completed'], acme: ['completed'], globex: ['completed'] })
    expect(askedAt).toHaveLength(2)
    expect(askedAt[1]! - askedAt[0]!).toBeGreaterThanOrEqual(5000)
    expect(handled.toSorted()).toEqual(['acme', 'globex'])
    expect(reported).toEqual([])
    const [dispatching] = (await opened.client.listJobs({ tenantId: 'system' })).jobs
    expect(dispatching!.runs).toMatchObject([{ attempts: 2, output: { sent: 2, skipped: [] } }])
  })

  test.each<[string, () => unknown, string]>([
    ['throws', () => Promise.reject(new Error('database is away')), 'database is away'],
    ['returns nothing', () => undefined, '`report.tenants` did not return a list.'],
    ['returns an empty id', () => ['acme', ''], '`report.tenants` returned a tenant that is empty'],
    ['returns the reserved id', () => ['system'], '`report.tenants` returned a tenant that is `system`'],
  ])('%s, always: is retried, then failed for all to see, with no tenant half done', async (_, tenants, message) => {
    const opened = await openReport(tenants)
    const { client, logger, until, pause, askedAt, handled, reported } = opened
    await until(() => reported.length > 0)
    await pause(20_000)
    expect(await statesOf(opened)).toEqual({ system: ['failed'] })
    const [job] = (await client.listJobs()).jobs
    expect(job!.runs).toMatchObject([{ attempts: 2, error: { message: expect.stringContaining(message) } }])
    expect(askedAt).toHaveLength(2)
    expect(askedAt[1]! - askedAt[0]!).toBeGreaterThanOrEqual(5000)
    expect(reported).toEqual([expect.stringContaining(`system 2: ${message}`)])
    expect(logger.messages('error')).toEqual(['The run failed.'])
    expect(handled).toEqual([])
    await until(() => askedAt.length === 3) // the next tick asks again
  })
})
