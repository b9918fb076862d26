import { expect, test } from 'vitest'

import { fakeClient } from '../../test/kit/attempt-kit.ts'
import { createMemoryLogger } from '../../test/kit/memory-logger.ts'
import type { Envelope } from '../events/envelope.ts'
import { defineCronJob } from '../jobs/define-cron-job.ts'
import { type ScheduledTick, dispatchScheduledTick } from './dispatch-scheduled-tick.ts'

const tick = Date.parse('2026-03-01T12:00:00Z')

/** Dispatches the tick of 12:00 with a delay. */
async function call(lateMs: number, options: object = {}, setting: Partial<ScheduledTick> = {}, isOpen = false) {
  const sent: Envelope[] = []
  const { logger, lines } = createMemoryLogger()
  const definition = defineCronJob({ id: 'nightly', schedule: '*/5 * * * *', handler: () => undefined, ...options })
  const now = tick + lateMs
  const result = await dispatchScheduledTick(definition, { scheduledFor: tick, now, logger, ...setting }, () => ({
    client: fakeClient(),
    now,
    createId: () => 'id',
    isOpen: () => isOpen,
    send: (envelopes) => sent.push(...envelopes),
  }))
  return { result, sent, lines }
}

test('sends one job of the tenant `system` for a tick on time, without a call of `tenants`', async () => {
  const tenants = () => Promise.reject(new Error('called'))
  const { result, sent, lines } = await call(15_000, { tenants })
  expect([result, lines]).toEqual([{ sent: 1, skipped: [] }, []])
  const payload = { tenantId: 'system', scheduledAt: '2026-03-01T12:00:00.000Z' }
  expect(sent).toMatchObject([{ event: 'cron/nightly', payload }])
})

test('drops a missed tick with a warning, and tolerates the delay of the engine', async () => {
  const { result, sent, lines } = await call(15_001)
  expect([result, sent]).toEqual([{ sent: 0, dropped: true }, []])
  const fields = { definitionId: 'nightly', tick: '2026-03-01T12:00:00.000Z' }
  expect(lines).toMatchObject([{ level: 'warn', fields }])
  const maxEngineDelayMs = 60_000
  expect((await call(75_000, {}, { maxEngineDelayMs })).result).toEqual({ sent: 1, skipped: [] })
  expect((await call(75_001, {}, { maxEngineDelayMs })).result).toEqual({ sent: 0, dropped: true })
})

test('dispatches the latest missed tick with `catchUp`', async () => {
  const { result, sent } = await call(3_601_000, { catchUp: 'latest' })
  expect(result).toEqual({ sent: 1, skipped: [] })
  expect(sent).toMatchObject([{ payload: { scheduledAt: '2026-03-01T13:00:00.000Z' } }])
})

test('skips a tick while the previous job has not ended', async () => {
  const { result, sent, lines } = await call(0, {}, {}, true)
  expect([result, sent]).toEqual([{ sent: 0, skipped: ['system'] }, []])
  expect(lines).toMatchObject([
    { level: 'info', message: 'A cron tick was skipped because the previous run has not ended.' },
  ])
})
