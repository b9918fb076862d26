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

describe('a tick with `spread`', () => {
  const minuteMs = 60_000
  const tenantIds = Array.from({ length: 1000 }, (_, index) => `tenant_${index}`)
  const spread = (options: Partial<Options> = {}) => cronJob({ tenants: () => [], spread: '10m', ...options })
  /** Returns when the tenants start after the dispatch, in milliseconds. */
  async function startsOf(definition: CronJobDefinition, at = tick, now = at) {
    const { host, envelopes } = hostOf()
    await dispatchTick(definition, at, tenantIds, { ...host, now })
    return envelopes().map(({ runAt = now }) => runAt - now)
  }

  test('starts the tenants evenly, each at the same time after every tick, which stays that of the run', async () => {
    const starts = await startsOf(spread())
    expect(await startsOf(spread(), tick + 24 * 60 * minuteMs)).toEqual(starts)
    const perMinute = Array.from(
      { length: 10 },
      (_, minute) => starts.filter((ms) => Math.floor(ms / minuteMs) === minute).length,
    )
    expect(Math.min(...perMinute)).toBeGreaterThan(70)
    expect(Math.max(...starts)).toBeLessThan(10 * minuteMs)
    const { host, envelopes } = hostOf()
    await dispatchTick(spread(), tick, ['acme'], host)
    expect(envelopes()).toMatchObject([{ payload: { scheduledAt: '2026-03-01T09:00:00.000Z' }, sentAt: tick + 5 }])
  })

  test('gives a tenant another place in another cron job', async () => {
    expect(await startsOf(spread({ id: 'weekly-report' }))).not.toEqual(await startsOf(spread()))
  })

  test('starts the job that sends those of the tenants at once', async () => {
    const { host, envelopes } = hostOf()
    await dispatchTick(spread(), tick, ['system'], host)
    expect(envelopes()[0]).not.toHaveProperty('runAt')
  })

  test('that is a moment late keeps the places of those whose time has not passed', async () => {
    const [onTime, late] = [await startsOf(spread()), await startsOf(spread(), tick, tick + minuteMs)]
    for (const [index, ms] of onTime.entries()) {
      if (ms >= minuteMs) expect(late[index]).toBe(ms - minuteMs)
      else expect(late[index]).toBe(ms) // spread again, not all at once
    }
  })

  test('that is so late that the next one is near starts all before that', async () => {
    const definition = spread({ schedule: '0 * * * *', spread: '59m' })
    const starts = await startsOf(definition, tick, tick + 59 * minuteMs)
    expect(Math.max(...starts)).toBeLessThan(minuteMs)
    expect(Math.max(...starts)).toBeGreaterThan(0.9 * minuteMs)
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
