import { expect, test } from 'vitest'

import type { HistoryCount } from '../provider/job-inspection.ts'
import { countedDuration, historyRange, toHistory } from './get-history.ts'

const [minuteMs, hourMs, dayMs] = [60_000, 3_600_000, 86_400_000]
const now = Date.UTC(2026, 10, 30, 14, 20, 30)

test('the intervals begin at whole minutes, and at whole hours for older times', () => {
  const of = (rangeMs: number, intervals?: number) => {
    const range = historyRange({ since: now - rangeMs, ...(intervals && { intervals }) }, now)
    return [new Date(range.since).toISOString().slice(8, 16), range.intervalMs / minuteMs]
  }
  expect(of(15 * minuteMs)).toEqual(['30T14:05', 1])
  expect(of(hourMs)).toEqual(['30T13:20', 1])
  expect(of(6 * hourMs)).toEqual(['30T08:18', 6])
  expect(of(dayMs)).toEqual(['29T14:00', 60])
  expect(of(30 * dayMs)).toEqual(['31T12:00', 720])
  expect(of(hourMs, 500)).toEqual(['30T13:20', 1])
  expect(() => historyRange({ since: now + 1 }, now)).toThrow('`since` is not before `until`')
})

test('open runs are counted back from now, also for a range that ends earlier', () => {
  const minute = (at: number) => now - 30_000 - at * minuteMs
  const count = (at: number, outcome: HistoryCount['outcome'], number: number, durationMs = 0): HistoryCount => ({
    at: minute(at),
    outcome,
    durationMs,
    count: number,
  })
  const counts = [
    count(4, 'created', 10),
    count(3, 'completed', 4, 40),
    count(3, 'failed', 1, 3000),
    count(2, 'superseded', 1),
    count(1, 'created', 5),
    count(0, 'cancelled', 2),
  ]
  const range = { since: minute(5), until: minute(1), intervalMs: minuteMs }
  const { intervals } = toHistory({ counts, open: 9, isComplete: true }, range)
  expect(intervals.map(({ open }) => open)).toEqual([2, 12, 7, 6])
  expect(intervals[2]).toEqual({
    ...{ start: new Date(minute(3)), created: 0, completed: 4, failed: 1, cancelled: 0, open: 7 },
    ...{ medianMs: 40, p95Ms: 3000 },
  })
  const untold = toHistory({ counts, isComplete: false }, range).intervals
  expect(untold[3]).toEqual({ start: new Date(minute(2)), created: 0, completed: 0, failed: 0, cancelled: 1 })
})

test('durations are rounded to one digit', () => {
  expect([-5, 0, 0.4, 7, 14, 96, 1449, 23_000].map(countedDuration)).toEqual([0, 0, 0, 7, 10, 100, 1000, 20_000])
})
