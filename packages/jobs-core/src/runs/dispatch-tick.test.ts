import { describe, expect, test } from 'vitest'

import { fakeClient } from '../../test/kit/attempt-kit.ts'
import type { Envelope } from '../events/envelope.ts'
import { defineCronJob } from '../jobs/define-cron-job.ts'
import type { CronJobDefinition } from '../jobs/job-definition.ts'
import { scheduledAtOf } from '../jobs/cron-event.ts'
import { dispatchTick, missedTickAfterMs, tenantsOf, type TickHost, tickToDispatch } from './dispatch-tick.ts'

const tick = Date.parse('2026-03-01T09:00:00Z')
type Options = Parameters<typeof defineCronJob>[0]
const cronJob = (options: Partial<Options> = {}): CronJobDefinition =>
  defineCronJob({
    id: 'daily-report',
    schedule: '0 9 * * *',
    handler: () => undefined,
    ...options,
  }) as CronJobDefinition

/** Returns a host that records what it sends. Tenants in `open` have open runs. */
function hostOf(open: readonly string[] = []) {
  const batches: (readonly Envelope[])[] = []
  let ids = 0
  const host: TickHost = {
    client: fakeClient(),
    now: tick + 5,
    createId: () => `id_${(ids += 1)}`,
    isOpen: async (_definitionId, tenantId) => open.includes(tenantId),
    send: (envelopes) => void batches.push(envelopes),
  }
  return { host, batches, envelopes: () => batches.flat() }
}

describe('a late tick', () => {
  const minuteMs = 60_000
  const everyMinute = (catchUp: 'none' | 'latest') => cronJob({ schedule: '* * * * *', catchUp })

  test.each([
    ['none', missedTickAfterMs, tick],
    ['none', missedTickAfterMs + 1, undefined],
    ['latest', missedTickAfterMs, tick],
    ['latest', missedTickAfterMs + 1, tick],
    ['latest', 10 * minuteMs + 5, tick + 10 * minuteMs],
  ] as const)('with catchUp %s, after %d ms: dispatches %s', (catchUp, lateMs, dispatched) => {
    expect(tickToDispatch(everyMinute(catchUp), tick, tick + lateMs)).toBe(dispatched)
  })
})

describe('a tick', () => {
  test('sends one ordinary job per tenant, together', async () => {
    const { host, batches, envelopes } = hostOf()
    expect(await dispatchTick(cronJob(), tick, ['acme', 'globex'], host)).toEqual({ sent: 2, skipped: [] })
    expect(batches).toHaveLength(1)
    expect(envelopes()).toEqual(
      ['acme', 'globex'].map((tenantId, index) => ({
        v: 1,
        id: `id_${index + 1}`,
        event: 'cron/daily-report',
        tenantId,
        payload: { tenantId, scheduledAt: '2026-03-01T09:00:00.000Z' },
        sentAt: tick + 5,
        idempotencyKey: `tick/${tick}`,
        idempotencyTtlMs: 86_400_000,
      })),
    )
    for (const envelope of envelopes()) expect(scheduledAtOf(envelope)).toEqual(new Date(tick))
  })

  test('sends one job for a duplicate tenant', async () => {
    const { host } = hostOf()
    expect(await dispatchTick(cronJob(), tick, ['acme', 'acme'], host)).toEqual({ sent: 1, skipped: [] })
  })

  test('skips tenants whose previous run has not ended', async () => {
    const { host, envelopes } = hostOf(['acme'])
    expect(await dispatchTick(cronJob(), tick, ['acme', 'globex'], host)).toEqual({ sent: 1, skipped: ['acme'] })
    expect(envelopes().map(({ tenantId }) => tenantId)).toEqual(['globex'])
  })

  test('does not check for open runs if overlap is allowed', async () => {
    const { host } = hostOf(['acme'])
    expect(await dispatchTick(cronJob({ overlap: 'allow' }), tick, ['acme'], host)).toEqual({ sent: 1, skipped: [] })
  })
})

describe('the result of `tenants`', () => {
  test.each<[answer: unknown, problem: RegExp]>([
    [undefined, /did not return an array/],
    ['acme', /did not return an array/],
    [new Set(['acme']), /did not return an array/],
    [['acme', ''], /a tenant that is empty/],
    [[5], /a tenant that is a number/],
    [[{ id: 'acme' }], /a tenant that is an? object/],
    [['system'], /a tenant that is `system`/],
  ])('must not be %o', async (answer, problem) => {
    await expect(tenantsOf(cronJob({ tenants: () => answer as string[] }))).rejects.toMatchObject({
      code: 'invalid_option',
      option: 'daily-report.tenants',
      message: expect.stringMatching(problem),
    })
  })
})

describe('an engine that can check for open runs only while sending', () => {
  function sendingHost(open: readonly string[]) {
    const { host, batches } = hostOf()
    const { isOpen: _, ...rest } = host
    const tried: Envelope[] = []
    const sendUnlessOpen = async (envelopes: readonly Envelope[]) => {
      tried.push(...envelopes)
      return envelopes.map(({ tenantId }) => tenantId).filter((tenantId) => open.includes(tenantId))
    }
    return { host: { ...rest, sendUnlessOpen }, tried, batches }
  }

  test('sends and returns the skipped tenants', async () => {
    const { host, tried, batches } = sendingHost(['globex'])
    const report = await dispatchTick(cronJob(), tick, ['acme', 'globex'], host)
    expect(report).toEqual({ sent: 1, skipped: ['globex'] })
    expect(tried.map(({ tenantId }) => tenantId)).toEqual(['acme', 'globex'])
    expect(batches).toEqual([])
  })

  test('sends directly if overlap is allowed', async () => {
    const { host, tried, batches } = sendingHost(['globex'])
    const report = await dispatchTick(cronJob({ overlap: 'allow' }), tick, ['acme', 'globex'], host)
    expect(report).toEqual({ sent: 2, skipped: [] })
    expect([tried.length, batches.length]).toEqual([0, 1])
  })
})
