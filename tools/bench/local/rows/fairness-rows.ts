import type { ContenderOptions } from 'bench-peers/contender'

import { median } from '../../statistics.ts'
import type { BenchEnvironment } from '../../contest/bench-environment.ts'
import { count, type Row, rowOf, verdictOf } from '../../report/row.ts'
import { contenderAt } from '../../contest/start-contender.ts'
import {
  type Fairness,
  loudJobs,
  measureFairness,
  measureShare,
  quietTenants,
  slots,
  type Timing,
} from '../../contest/fairness/measure-fairness.ts'

/** The header of the table. */
export const fairnessHeader: readonly string[] = ['Engine', 'The others send', 'Median', 'Last', 'Target']

interface Setting {
  readonly name: string
  readonly module: string
  readonly settings: NonNullable<ContenderOptions['settings']>
  /** The server that it needs. */
  readonly server?: 'redis' | 'postgres'
  /** Processes that work, next to one that sends. Absent: one process does both. */
  readonly workers?: number
  /** Maximum number of rounds. */
  readonly target?: number
}

/** The timing that other queues are measured with. */
const peerTiming: Timing = 'later'

/** When the tenants with one job send it, as the table says it. */
const timings: Readonly<Record<Timing, string>> = {
  'at once': 'at once',
  beside: 'at the same time',
  'at one time': 'with one `runAt`',
  later: 'six seconds later',
}

const own = { module: contenderAt('local/local-load'), target: 2 }
const graphile = { module: 'bench-peers/graphile-worker', server: 'postgres' } as const
const pgBoss = { module: 'bench-peers/pg-boss', server: 'postgres' } as const

const settings: readonly Setting[] = [
  { ...own, name: 'local engine, memory', settings: { concurrency: slots } },
  { ...own, name: 'local engine, SQLite', settings: { store: 'sqlite', concurrency: slots } },
  {
    ...own,
    name: 'local engine, SQLite, 3 workers',
    settings: { store: 'sqlite', concurrency: slots / 3 },
    workers: 3,
  },
  { name: 'BullMQ', module: 'bench-peers/bullmq', server: 'redis', settings: { concurrency: slots } },
  { ...graphile, name: 'graphile-worker', settings: { concurrency: slots, size: slots } },
  { ...graphile, name: 'graphile-worker, a queue each', settings: { concurrency: slots, size: slots, groups: 1 } },
  { ...pgBoss, name: 'pg-boss', settings: { concurrency: slots, batchSize: 1 } },
  { ...pgBoss, name: 'pg-boss, groups', settings: { concurrency: slots, batchSize: 1, groups: slots / 2 } },
]

/** A row: an engine, and when the tenants with one job send it. */
interface FairnessCase {
  readonly setting: Setting
  readonly timing: Timing
}

/** Returns the cases. The local engine is measured with every timing. */
export function fairnessCases(withPeers: boolean): FairnessCase[] {
  const all = Object.keys(timings) as Timing[]
  return settings
    .filter(({ server }) => withPeers || server === undefined)
    .flatMap((setting): FairnessCase[] =>
      (setting.target === undefined ? [peerTiming] : all).map((timing) => ({ setting, timing })),
    )
}

/** Measures when the tenants with one job start beside one with very many, and the shares of tenants with weights. */
export async function fairnessRows(environment: BenchEnvironment, withPeers: boolean): Promise<Row[]> {
  const rows: Row[] = []
  const measures = [
    ...fairnessCases(withPeers).map((one) => () => fairnessRow(environment, one)),
    ...(['memory', 'sqlite'] as const).map((store) => () => shareRow(environment, store)),
  ]
  for (const measure of measures) {
    try {
      rows.push(await measure())
    } finally {
      await environment.clear()
    }
  }
  return rows
}

const rounds = 3

async function fairnessRow(environment: BenchEnvironment, { setting, timing }: FairnessCase): Promise<Row> {
  const { name, target } = setting
  const heading = {
    comparison: `rounds until ${quietTenants} tenants start behind ${count(loudJobs[timing])} jobs, ${timings[timing]}, ${name}`,
    target: target === undefined ? '' : `<= ${target}`,
  }
  return rowOf(heading, async () => {
    const results: Fairness[] = []
    // A contender without turns takes long and gives the same result.
    for (let round = 0; round < (target === undefined ? 1 : rounds); round++) {
      results.push(await measureFairness(await startSetting(environment, setting), timing))
      await environment.clear()
    }
    return fairnessResult(setting, timing, results)
  })
}

/** Returns the row of the results of several rounds. The worst counts. */
export function fairnessResult(
  { name, target }: Pick<Setting, 'name' | 'target'>,
  timing: Timing,
  results: readonly Fairness[],
): Omit<Row, 'comparison' | 'target'> {
  const worst = Math.max(...results.map((result) => result.worst))
  const [middleText, worstText] = [median(results.map((result) => result.median)), worst].map(roundsText)
  const isComplete = results.every((result) => result.isComplete)
  const last = isComplete ? worstText! : `not all in a minute, of ${worstText} rounds`
  const verdict = target === undefined ? 'no target' : verdictOf(isComplete && worst <= target)
  const targetText = target === undefined ? '' : `${target}, ${verdict}`
  return {
    measured: last,
    verdict,
    detail: `median ${middleText}`,
    section: 'fairness',
    // The chart compares queues, so it has only the timing that all are measured with.
    ...(isComplete && timing === peerTiming && { value: worst }),
    cells: [name, timings[timing], isComplete ? middleText! : '–', last, targetText],
  }
}

const weight = 3
const jobsPerTenant = 20_000
const maxDeviation = 0.05

async function shareRow(environment: BenchEnvironment, store: 'memory' | 'sqlite'): Promise<Row> {
  const share = weight / (weight + 1)
  const heading = {
    comparison: `share of a tenant with weight ${weight} beside one with 1, ${store === 'memory' ? 'memory' : 'SQLite'}`,
    target: `${percent(share)} ± ${maxDeviation * 100} %`,
  }
  return rowOf(heading, async () => {
    const processes = await environment.fair(own.module, { settings: { store, concurrency: slots, heavy: weight } })
    const measured = await measureShare(processes, ['heavy', 'light'], jobsPerTenant)
    return {
      measured: percent(measured),
      verdict: verdictOf(Math.abs(measured - share) <= maxDeviation * share),
      detail: 'while both have jobs',
    }
  })
}

async function startSetting(environment: BenchEnvironment, { module, settings: given, server, workers }: Setting) {
  const where =
    server === 'redis'
      ? { redisSocket: await environment.redis(false) }
      : server === 'postgres'
        ? { postgresUrl: await environment.postgres() }
        : {}
  return environment.fair(module, { ...where, settings: given }, workers)
}

function roundsText(value: number): string {
  return value < 100 ? value.toFixed(1) : count(value)
}

function percent(value: number): string {
  return `${(value * 100).toFixed(1)} %`
}
