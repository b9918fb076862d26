import assert from 'node:assert/strict'

import type { CaseTools } from './case-tools.ts'

/** The time in which a handler ran. */
interface Interval {
  readonly from: number
  readonly to: number
}

/** Returns when a job's handler first started. */
export function startOf(t: CaseTools, jobId: string): number {
  return t.journal({ jobId, kind: 'started' })[0]!.at
}

/** Returns when a job's handler ran. */
export function runInterval(t: CaseTools, jobId: string): Interval {
  const [started] = t.journal({ jobId, kind: 'started' })
  const [returned] = t.journal({ jobId, kind: 'returned' })
  assert.ok(started && returned, `The job ${jobId} did not start or end.`)
  return { from: started.at, to: returned.at }
}

/** Fails if two handlers ran at the same time. */
export function assertApart(intervals: readonly Interval[]): void {
  for (const [index, one] of intervals.entries()) {
    for (const other of intervals.slice(index + 1)) assert.ok(!overlap(one, other), 'Two runs overlapped.')
  }
}

/** Returns the maximum number of handlers that ran at the same time. */
export function mostAtOnce(intervals: readonly Interval[]): number {
  return Math.max(...intervals.map(({ from }) => intervals.filter((one) => one.from <= from && from < one.to).length))
}

function overlap(one: Interval, other: Interval): boolean {
  return one.from < other.to && other.from < one.to
}
