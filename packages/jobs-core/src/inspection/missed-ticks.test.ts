import { expect, test } from 'vitest'

import type { HistoryCount } from '../provider/job-inspection.ts'
import { parseCron } from '../time/cron-schedule.ts'
import { missedTicks } from './missed-ticks.ts'

const [minuteMs, hourMs, dayMs] = [60_000, 3_600_000, 86_400_000]
const now = Date.UTC(2026, 10, 30, 14, 20, 30)
const midnight = Date.UTC(2026, 10, 30)

const cron = (schedule: string, overlap: 'skip' | 'allow' = 'skip') => ({
  schedule: parseCron(schedule, 'UTC', 'tick'),
  overlap,
})

async function missed(
  definition: ReturnType<typeof cron>,
  runs: readonly (readonly [created: number, ended?: number])[],
) {
  const at = (time: number) =>
    Math.floor(time / (time < now - 7 * hourMs ? hourMs : minuteMs)) * (time < now - 7 * hourMs ? hourMs : minuteMs)
  const counts = runs.flatMap(([created, ended]): HistoryCount[] => [
    { at: at(created), outcome: 'created', durationMs: 0, count: 1 },
    ...(ended === undefined ? [] : [{ at: at(ended), outcome: 'completed' as const, durationMs: 1, count: 1 }]),
  ])
  const open = runs.filter(([, ended]) => ended === undefined).length
  const ticks = await missedTicks(definition, now, async (since) => ({
    counts: counts.filter((one) => one.at >= since),
    open,
  }))
  return ticks.map((tick) => tick.toISOString().slice(5, 16))
}

test('a tick is missed if no run came until the next one', async () => {
  const daily = cron('30 3 * * *')
  const run = (day: number) => [midnight + 3.5 * hourMs - day * dayMs, midnight + 3.6 * hourMs - day * dayMs] as const
  expect(await missed(daily, [run(0), run(1), run(3), run(4)])).toEqual(['11-28T03:30'])
  expect(await missed(daily, [run(1)])).toEqual(['11-30T03:30'])
  expect(await missed(daily, [])).toEqual([])
})

test('of a schedule with many ticks, the last ones are looked at, and the earliest known run may be older', async () => {
  const minutely = cron('* * * * *')
  const until = now - 3 * minuteMs
  const runs = Array.from({ length: 40 }, (_none, at) => [until - at * minuteMs, until - at * minuteMs] as const)
  expect(await missed(minutely, runs)).toEqual(['11-30T14:18', '11-30T14:19', '11-30T14:20'])
  expect(await missed(minutely, [[now - 9 * hourMs, now - 9 * hourMs]])).toHaveLength(50)
})

test('a tick that is late by seconds is not missed yet', async () => {
  const runs = [[now - hourMs, now - hourMs]] as const
  const quarterly = cron('20 14 * * *')
  expect(await missedTicks(quarterly, Date.UTC(2026, 10, 30, 14, 20, 10), async () => ({ counts: [] }))).toEqual([])
  expect(await missed(cron('20 * * * *'), runs)).toEqual(['11-30T14:20'])
})

test('while a run is open, `overlap: skip` drops ticks, which are not missed', async () => {
  const runs = [[now - 2 * hourMs, now - 90 * minuteMs], [now - hourMs]] as const
  expect(await missed(cron('*/20 * * * *'), runs)).toEqual(['11-30T13:00'])
  expect(await missed(cron('*/20 * * * *', 'allow'), runs)).toEqual([
    '11-30T12:40',
    '11-30T13:00',
    '11-30T13:40',
    '11-30T14:00',
    '11-30T14:20',
  ])
})
