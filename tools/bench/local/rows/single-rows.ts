import { median, spread } from '../../statistics.ts'
import { measureIsolated } from '../isolated/measure-isolated.ts'
import { count, type Row, verdictOf } from '../row.ts'

/** Measures the time from `sendJob` to the first line of the handler. */
export async function latencyRow(): Promise<Row> {
  const rounds = await measureIsolated<{ p50: number; p99: number }[]>('start-latency')
  const [middle, late] = [median(rounds.map(({ p50 }) => p50)), median(rounds.map(({ p99 }) => p99))]
  return {
    comparison: 'time from send to handler, memory',
    target: 'p50 ≤ 11 µs, p99 ≤ 60 µs',
    measured: `p50 ${middle.toFixed(0)} µs, p99 ${late.toFixed(0)} µs`,
    verdict: verdictOf(middle <= 11 && late <= 60),
    detail: `p50 ${spread(
      rounds.map(({ p50 }) => p50),
      0,
    )}, p99 ${spread(
      rounds.map(({ p99 }) => p99),
      0,
    )} µs over rounds of 5,000`,
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
  const { bytes, timers, wallMs, cpuMs } = await measureIsolated<DelayedJobs>('delayed-jobs')
  const sum = (some: readonly number[]): number => some.reduce((total, ms) => total + ms, 0)
  const half = cpuMs.length / 2
  const growth = sum(cpuMs.slice(half)) / sum(cpuMs.slice(0, half))
  return {
    comparison: 'a million delayed jobs, memory',
    target: '≤ 550 B per job, linear, 1 timer',
    measured: `${bytes.toFixed(0)} B, ${growth.toFixed(2)}×, ${timers} timer${timers === 1 ? '' : 's'}`,
    verdict: verdictOf(bytes <= 550 && growth <= 1.2 && timers === 1),
    detail: `loaded in ${(wallMs / 1000).toFixed(1)} s; the second half took ${growth.toFixed(2)}× the processor time of the first (1.2× counts as linear)`,
  }
}

const sizes = [10_000, 100_000, 1_000_000]
const growthRounds = 3

/** Compares the rates with queues of different length. */
export async function growthRow(): Promise<Row> {
  const rates: number[][] = sizes.map(() => [])
  for (let round = 0; round < growthRounds; round++) {
    for (const [index, jobs] of sizes.entries())
      rates[index]!.push(await measureIsolated<number>('growth', String(jobs)))
  }
  const relative = [1, 2].map((size) => rates[size]!.map((rate, round) => rate / rates[0]![round]!))
  const middles = [1, ...relative.map((some) => median(some))]
  return {
    comparison: 'jobs/s with 10 k, 100 k, 1 M queued, memory',
    target: 'within 20 %',
    measured: middles.map((ratio) => `${ratio.toFixed(2)}×`).join(', '),
    verdict: verdictOf(Math.min(...middles) >= 0.8 * Math.max(...middles)),
    detail: `${rates.map((some) => count(median(some))).join(', ')} jobs/s; ${relative.map((some) => spread(some, 2)).join(', ')}`,
  }
}
