import { type CronContext, defineCronJob, defineJob } from '@cgk-platform/jobs-core'
import '@cgk-platform/test-kit/work'
import { describe, expect, test } from 'vitest'

import { createJumpingEngine } from '../kit/jumping-engine.ts'

const tenantId = 'acme'
const startAt = new Date('2026-03-02T08:30:00Z')
const hourMs = 3_600_000
const dropped = "A cron tick was missed and is dropped. Set `catchUp: 'latest'` to run the latest missed tick."

function hourly(catchUp: 'none' | 'latest') {
  const ticks: string[] = []
  const job = defineCronJob({
    id: 'hourly',
    schedule: '0 * * * *',
    catchUp,
    handler: ({ scheduledAt }: CronContext) => void ticks.push(scheduledAt.toISOString().slice(11, 16)),
  })
  return { job, ticks }
}

describe('cron ticks missed while the machine slept', () => {
  test('are dropped by default with one warning, and later ticks run', async () => {
    const { job, ticks } = hourly('none')
    const engine = createJumpingEngine({ startAt, jobs: [job] })
    await engine.advance(1000)
    engine.sleep(3 * hourMs) // over 09:00, 10:00 and 11:00
    await engine.advance(hourMs / 2)
    expect(engine.now().toISOString()).toBe('2026-03-02T12:00:01.000Z')
    expect(engine.logger.lines.filter(({ level }) => level === 'warn')).toEqual([
      { level: 'warn', message: dropped, fields: { definitionId: 'hourly', tick: '2026-03-02T11:00:00.000Z' } },
    ])
    await engine.advance(hourMs)
    expect(ticks).toEqual(['12:00', '13:00'])
  })

  test('are listed with the definition', async () => {
    const { job } = hourly('none')
    const engine = createJumpingEngine({ startAt, jobs: [job] })
    const missed = async () => (await engine.client.inspect.listDefinitions())[0]!.cron!.missedTicks
    await engine.advance(hourMs)
    expect(await missed()).toEqual([])
    engine.sleep(3 * hourMs) // over 10:00, 11:00 and 12:00
    await engine.advance(hourMs)
    expect(await missed()).toEqual([10, 11, 12].map((hour) => new Date(Date.UTC(2026, 2, 2, hour))))
  })
})

describe('an engine on the system clock', () => {
  // Platform timers do not count the time that a machine sleeps.
  test('detects within 10 s that the machine slept, so delayed jobs, retries and ticks are hardly late', async () => {
    const { job: cron, ticks } = hourly('none')
    const ran: string[] = []
    const job = defineJob({
      id: 'work',
      event: 'work.requested',
      retry: { maxAttempts: 2, backoff: 'fixed', initialDelay: '2h', maxDelay: '2h' },
      handler: ({ payload }, { attempt }) => {
        ran.push(`${payload.number}/${attempt} at ${engine.now().toISOString().slice(11, 16)}`)
        if (payload.number === 1 && attempt === 1) throw new Error('once')
      },
    })
    const engine = createJumpingEngine({ startAt, jobs: [cron, job], realSleep: true })
    await engine.client.sendJob('work.requested', { tenantId, number: 1 })
    await engine.client.scheduleJob('work.requested', { tenantId, number: 2 }, { delay: '2h' })
    await engine.advance(1000)
    engine.sleep(2 * hourMs + 0.25 * hourMs) // asleep from 08:30 to 10:45
    await engine.advance(10_000)
    expect(ran.toSorted()).toEqual(['1/1 at 08:30', '1/2 at 10:45', '2/1 at 10:45'])
    await engine.advance(0.25 * hourMs)
    expect(ticks).toEqual(['11:00'])
  })
})
