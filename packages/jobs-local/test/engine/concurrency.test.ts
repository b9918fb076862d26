import { type Definition, defineJob, type JobContext, type Concurrency } from '@cgk-platform/jobs-core'
import '@cgk-platform/test-kit/work'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { createTestEngine } from '../../src/testing/index.ts'

const events = ['work.requested', 'work.followed', 'work.ignored'] as const
const tenantIds = ['acme', 'globex', 'initech']

/** Counts the concurrent attempts by name and records the maximum. */
function createGauge() {
  const under = new Map<string, number>()
  const most = new Map<string, number>()
  const add = (name: string, change: number): void => {
    const now = (under.get(name) ?? 0) + change
    under.set(name, now)
    most.set(name, Math.max(most.get(name) ?? 0, now))
  }
  return {
    enter: (...names: string[]) => names.forEach((name) => add(name, 1)),
    leave: (...names: string[]) => names.forEach((name) => add(name, -1)),
    most: (name: string) => most.get(name) ?? 0,
  }
}

interface Workload {
  readonly total: number
  readonly limits: readonly { readonly limit: number | undefined; readonly perTenant: number | undefined }[]
  readonly jobs: readonly {
    readonly event: number
    readonly tenant: number
    readonly turns: number
    readonly delayMs: number
    readonly failures: number
  }[]
}

const limit = fc.option(fc.integer({ min: 1, max: 3 }), { nil: undefined })
const workload: fc.Arbitrary<Workload> = fc.record({
  total: fc.integer({ min: 1, max: 8 }),
  limits: fc.tuple(...events.map(() => fc.record({ limit, perTenant: limit }))),
  jobs: fc.array(
    fc.record({
      event: fc.nat(events.length - 1),
      tenant: fc.nat(tenantIds.length - 1),
      turns: fc.nat(4),
      delayMs: fc.nat(3),
      failures: fc.nat(2),
    }),
    { minLength: 1, maxLength: 60 },
  ),
})

describe('concurrency, for any sequence of sends', () => {
  test('never exceeds a limit of the engine, a definition or a tenant, and every job ends', async () => {
    await fc.assert(
      fc.asyncProperty(workload, async ({ total, limits, jobs }) => {
        const gauge = createGauge()
        const definitions = events.map((event, index): Definition => {
          const { limit: most, perTenant } = limits[index]!
          const given = most !== undefined || perTenant !== undefined
          return defineJob({
            id: `job-${index}`,
            event,
            ...(given && { concurrency: { limit: most, perTenant } satisfies Concurrency }),
            retry: { maxAttempts: 3, backoff: 'fixed', initialDelay: 2 },
            handler: async ({ payload }, { attempt, tenantId }: JobContext) => {
              const names = ['all', `${index}`, `${index}/${tenantId}`]
              gauge.enter(...names)
              const { turns, failures } = payload.data as { turns: number; failures: number }
              for (let turn = 0; turn < turns; turn++) await new Promise((resolve) => setImmediate(resolve))
              gauge.leave(...names)
              if (attempt <= failures) throw new Error('not yet')
            },
          }) as unknown as Definition
        })
        const engine = createTestEngine({ jobs: definitions, config: { concurrency: total } })
        const sends = jobs.map(({ event, tenant, turns, failures, delayMs }) => {
          const payload = { tenantId: tenantIds[tenant]!, data: { turns, failures } }
          return engine.client.sendJob(events[event]!, payload, { delay: delayMs })
        })
        const handles = await Promise.all(sends)
        await engine.runUntilIdle()

        expect(gauge.most('all')).toBeLessThanOrEqual(total)
        for (const [index, { limit: most = Infinity, perTenant = Infinity }] of limits.entries()) {
          expect(gauge.most(`${index}`)).toBeLessThanOrEqual(most)
          for (const tenantId of tenantIds) expect(gauge.most(`${index}/${tenantId}`)).toBeLessThanOrEqual(perTenant)
        }
        const statuses = await Promise.all(handles.map(({ id }) => engine.client.getJobStatus(id)))
        expect(statuses.map(({ state }) => state)).toEqual(jobs.map(() => 'completed'))
        expect(engine.attempts).toHaveLength(jobs.reduce((sum, { failures }) => sum + failures + 1, 0))
      }),
      { numRuns: 60 },
    )
  })

  test('uses all slots that the limits allow', async () => {
    const gauge = createGauge()
    const job = defineJob({
      id: 'work',
      event: 'work.requested',
      concurrency: { limit: 5, perTenant: 2 },
      handler: async (_event, { tenantId }) => {
        gauge.enter('all', tenantId)
        await new Promise((resolve) => setImmediate(resolve))
        gauge.leave('all', tenantId)
      },
    })
    const engine = createTestEngine({ jobs: [job] })
    for (let number = 0; number < 30; number++)
      await engine.client.sendJob('work.requested', { tenantId: tenantIds[number % 3]!, number })
    await engine.settle()
    expect(['all', ...tenantIds].map(gauge.most)).toEqual([5, 2, 2, 2])
  })
})

describe('fairness', () => {
  test('a retry waits for its turn like other runs', async () => {
    const order: string[] = []
    const job = defineJob({
      id: 'work',
      event: 'work.requested',
      retry: { maxAttempts: 2, initialDelay: 0 },
      handler: (_event, { tenantId, attempt }) => {
        order.push(`${tenantId} ${attempt}`)
        if (tenantId === 'flaky' && attempt === 1) throw new Error('once')
      },
    })
    const engine = createTestEngine({ jobs: [job], config: { concurrency: 1 } })
    await engine.client.sendJob('work.requested', { tenantId: 'flaky' })
    await engine.client.sendJobs(
      Array.from({ length: 100 }, () => ({ event: 'work.requested', payload: { tenantId: 'busy' } })),
    )
    await engine.settle()
    expect(order.indexOf('flaky 2')).toBeLessThan(4)
  })
})

describe('the slots', () => {
  test('a timed-out attempt releases its slot when its handler ends, and after at most 30 s', async () => {
    const job = defineJob({
      id: 'work',
      event: 'work.requested',
      concurrency: 1,
      timeout: '10s',
      retry: { maxAttempts: 1 },
      handler: ({ payload }) => (payload.number === 1 ? new Promise(() => undefined) : undefined),
    })
    const engine = createTestEngine({ jobs: [job], maxRealWaitMs: 5 })
    await engine.client.sendJob('work.requested', { tenantId: 'acme', number: 1 })
    const second = await engine.client.sendJob('work.requested', { tenantId: 'acme', number: 2 })
    await engine.advance('9s')
    expect((await engine.client.getJobStatus(second.id)).state).toBe('queued')
    await engine.advance('30s')
    expect((await engine.client.getJobStatus(second.id)).state).toBe('queued')
    await engine.advance('1s')
    expect((await engine.client.getJobStatus(second.id)).state).toBe('completed')
  })
})
