import { median, spread } from '../../statistics.ts'
import { measureIsolated } from '../isolated/measure-isolated.ts'
import { type Row, verdictOf } from '../../report/row.ts'

/** Measures the time from `sendJob` to the first line of the handler. */
export async function latencyRow(): Promise<Row> {
  const rounds = await measureIsolated<{ p50: number; p99: number }[]>('./start-latency.ts')
  const [middle, late] = [median(rounds.map(({ p50 }) => p50)), median(rounds.map(({ p99 }) => p99))]
  const range = (name: 'p50' | 'p99'): string =>
    spread(
      rounds.map((round) => round[name]),
      0,
    )
  return {
    comparison: 'send to start, idle, memory',
    target: 'p50 ≤ 11 µs, p99 ≤ 60 µs',
    measured: `p50 ${middle.toFixed(0)} µs, p99 ${late.toFixed(0)} µs`,
    verdict: verdictOf(middle <= 11 && late <= 60),
    detail: `${range('p50')}, ${range('p99')} µs`,
  }
}

interface DelayedJobs {
  readonly bytes: number
  readonly timers: number
  readonly wallMs: number
  readonly cpuMs: readonly number[]
}

/** Measures the memory and the load time of a million delayed jobs in memory. */
export async function delayedRow(): Promise<Row> {
  const { bytes, timers, wallMs, cpuMs } = await measureIsolated<DelayedJobs>('./delayed-jobs.ts')
  const sum = (some: readonly number[]): number => some.reduce((total, ms) => total + ms, 0)
  const half = cpuMs.length / 2
  const growth = sum(cpuMs.slice(half)) / sum(cpuMs.slice(0, half))
  return {
    comparison: 'a million delayed jobs, memory',
    target: '≤ 550 B each, linear, 1 timer',
    measured: `${bytes.toFixed(0)} B, ${timers} timer${timers === 1 ? '' : 's'}`,
    verdict: verdictOf(bytes <= 550 && growth <= 1.2 && timers === 1),
    detail: `sent in ${(wallMs / 1000).toFixed(1)} s, the second half at ${growth.toFixed(2)}× the cost of the first`,
  }
}

/** Compares the heap before and after a million jobs have ended, with as many retained jobs. */
export async function heapRow(): Promise<Row> {
  const { before, after } = await measureIsolated<{ before: number; after: number }>('./heap-growth.ts')
  return {
    comparison: 'heap after a million jobs',
    target: '≤ 1.05×',
    measured: `${(after / before).toFixed(2)}×`,
    verdict: verdictOf(after <= 1.05 * before),
    detail: `${before.toFixed(1)} MiB before, ${after.toFixed(1)} after`,
  }
}
