import { type CronContext, defineCronJob, defineJob } from '@cgk-platform/jobs-core'
import { describe, expect, test } from 'vitest'

import { createDeferred } from '../kit/deferred.ts'
import { createJumpingEngine } from '../kit/jumping-engine.ts'
import '../kit/work.ts'

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

describe('a clock that is set back by a day', () => {
  test.each([
    ['some seconds before a tick', 2 * minuteMs],
    ['in the very moment of one', 1.5 * minuteMs],
    ['just after one', 1.5 * minuteMs + 1],
  ])('lets a job of every minute tick on, with no tick lost: %s', async (_when, untilMs) => {
    const { job, ticks } = everyMinute()
    const engine = createJumpingEngine({ startAt, jobs: [job] })
    await engine.advance(untilMs)
    expect(ticks).toEqual(['02T10:01', '02T10:02'])
    engine.jump(-dayMs)
    await engine.advance(3 * minuteMs)
    expect(ticks.slice(2)).toEqual(['01T10:03', '01T10:04', '01T10:05'])
    expect(engine.logger.messages('warn')).toEqual([])
  })

  test('makes no tick run twice when that day has gone by again', async () => {
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

describe('a clock that is set back by a second, as one that is corrected may be', () => {
  test('makes the tick before it neither run twice nor be told as skipped while it still runs', async () => {
    const ending = createDeferred()
    const { job, ticks } = everyMinute(() => ending.promise)
    const work = defineJob({ id: 'work', event: 'work.asked', handler: () => undefined })
    const engine = createJumpingEngine({ startAt, jobs: [job, work] })
    await engine.advance(0.5 * minuteMs + 10)
    engine.jump(-1000)
    await engine.client.sendJob('work.asked', { tenantId: 'acme' }) // makes the engine look at the time
    await engine.advance(5000)
    ending.resolve()
    await engine.advance(minuteMs)
    expect(ticks).toEqual(['02T10:01', '02T10:02'])
    expect(engine.logger.messages('info')).toEqual([])
  })
})
