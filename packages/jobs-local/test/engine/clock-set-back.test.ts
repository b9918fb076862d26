import { type CronContext, defineCronJob, defineJob } from '@cgk-platform/jobs-core'
import { createDeferred } from '@cgk-platform/test-kit/deferred'
import '@cgk-platform/test-kit/work'
import { describe, expect, test } from 'vitest'

import { createJumpingEngine } from '../kit/jumping-engine.ts'

const startAt = new Date('2026-03-02T10:00:30Z')
const minuteMs = 60_000
const dayMs = 86_400_000

function everyMinute(handler: (context: CronContext) => unknown = () => undefined) {
  const ticks: string[] = []
  const job = defineCronJob({
    id: 'every-minute',
    schedule: '* * * * *',
    handler: (context) => {
      ticks.push(context.scheduledAt.toISOString().slice(8, 16))
      return handler(context)
    },
  })
  return { job, ticks }
}

describe('a clock set back by a day', () => {
  test.each([
    ['set back seconds before a tick', 2 * minuteMs],
    ['set back exactly at a tick', 1.5 * minuteMs],
    ['set back just after a tick', 1.5 * minuteMs + 1],
  ])('does not lose ticks of a cron job that runs every minute: %s', async (_when, untilMs) => {
    const { job, ticks } = everyMinute()
    const engine = createJumpingEngine({ startAt, jobs: [job] })
    await engine.advance(untilMs)
    expect(ticks).toEqual(['02T10:01', '02T10:02'])
    engine.jump(-dayMs)
    await engine.advance(3 * minuteMs)
    expect(ticks.slice(2)).toEqual(['01T10:03', '01T10:04', '01T10:05'])
    expect(engine.logger.messages('warn')).toEqual([])
  })

  test('does not run a tick twice when that day repeats', async () => {
    const { job, ticks } = everyMinute()
    const engine = createJumpingEngine({ startAt, jobs: [job] })
    await engine.advance(5 * minuteMs)
    engine.jump(-dayMs)
    await engine.advance(dayMs + 2 * minuteMs)
    expect(ticks.slice(0, 5)).toEqual(['02T10:01', '02T10:02', '02T10:03', '02T10:04', '02T10:05'])
    expect(ticks.slice(-3)).toEqual(['02T10:00', '02T10:06', '02T10:07'])
    expect(new Set(ticks).size).toBe(ticks.length)
    expect(ticks).toHaveLength(5 + 24 * 60 - 5 + 2)
  })
})

describe('a clock set back by a second, as by a time correction', () => {
  test('does not run the previous tick again or report it as skipped', async () => {
    const ending = createDeferred()
    const { job, ticks } = everyMinute(() => ending.promise)
    const work = defineJob({ id: 'work', event: 'work.requested', handler: () => undefined })
    const engine = createJumpingEngine({ startAt, jobs: [job, work] })
    await engine.advance(0.5 * minuteMs + 10)
    engine.jump(-1000)
    await engine.client.sendJob('work.requested', { tenantId: 'acme' }) // makes the engine check the clock
    await engine.advance(5000)
    ending.resolve()
    await engine.advance(minuteMs)
    expect(ticks).toEqual(['02T10:01', '02T10:02'])
    expect(engine.logger.messages('info')).toEqual([])
  })
})
