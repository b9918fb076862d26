import type { ContenderOptions } from 'bench-peers/contender'

import {
  type Fairness,
  measureFairness,
  quietTenants,
  slots,
  type Timing,
} from '../../contest/fairness/measure-fairness.ts'
import { contenderAt } from '../../contest/start-contender.ts'
import { NotRunError } from '../../report/not-run-error.ts'
import { count, type Row, rowOf, verdictOf } from '../../report/row.ts'
import { median } from '../../statistics.ts'
import type { PostgresBench } from '../postgres-bench.ts'

interface Setting {
  readonly name: string
  readonly module: string
  readonly settings: NonNullable<ContenderOptions['settings']>
  /** Processes that work, next to one that sends. Absent: one process does both. */
  readonly workers?: number
  readonly timings: readonly Timing[]
  readonly target?: number
}

const own = { module: contenderAt('postgres/load'), timings: ['at once', 'later'], target: 2 } as const
const boss = { module: 'bench-peers/pg-boss', timings: ['later'] } as const

const settings: readonly Setting[] = [
  { ...own, name: 'engine', settings: { concurrency: slots } },
  { ...own, name: 'engine, 3 workers', settings: { concurrency: slots / 3 }, workers: 3 },
  { ...boss, name: 'pg-boss', settings: { concurrency: slots, batchSize: 1 } },
  { ...boss, name: 'pg-boss, groups', settings: { concurrency: slots, batchSize: 1, groups: slots / 2 } },
  {
    name: 'graphile-worker',
    module: 'bench-peers/graphile-worker',
    settings: { concurrency: slots, size: slots },
    timings: ['later'],
  },
]

const rounds = 3
/** Number of jobs that wait at least when the others send theirs. */
const leastWaiting = 10_000

/** Measures when tenants with one job start beside one with very many. More than 10,000 of its jobs wait by then. */
export async function fairnessRows(bench: PostgresBench): Promise<Row[]> {
  const rows: Row[] = []
  for (const setting of settings) {
    if (setting.target === undefined && !bench.withPeers) continue
    for (const timing of setting.timings) rows.push(await fairnessRow(bench, setting, timing))
  }
  return rows
}

async function fairnessRow(
  { environment, server, isTrial }: PostgresBench,
  { name, module, settings: chosen, workers, target }: Setting,
  timing: Timing,
): Promise<Row> {
  const load = { loud: isTrial ? 5_000 : 20_000, settleMs: 500 }
  const when = timing === 'later' ? 'when these wait' : 'as soon as these are accepted'
  const heading = {
    comparison: `rounds until ${quietTenants} tenants start that send one job ${when}, behind ${count(leastWaiting)}, ${name}`,
    target: target === undefined ? '' : `≤ ${target}`,
  }
  return rowOf(heading, async () => {
    const results: Fairness[] = []
    for (let round = 0; round < (target === undefined || isTrial ? 1 : rounds); round++) {
      const postgresUrl = await server.createDatabase()
      results.push(
        await measureFairness(await environment.fair(module, { postgresUrl, settings: chosen }, workers), timing, load),
      )
      await environment.clear()
    }
    const waiting = Math.min(...results.map((result) => result.waiting))
    if (waiting < leastWaiting && !isTrial) throw new NotRunError(`only ${waiting} jobs waited`)
    const worst = Math.max(...results.map((result) => result.worst))
    const isComplete = results.every((result) => result.isComplete)
    return {
      measured: `${worst.toFixed(1)}${isComplete ? '' : ' and more'}`,
      verdict: target === undefined ? 'no target' : verdictOf(isComplete && worst <= target),
      detail: `the last of them; median ${median(results.map((result) => result.median)).toFixed(1)}; at least ${count(waiting)} waited`,
    }
  })
}
