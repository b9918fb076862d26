import type { ContenderOptions } from 'bench-peers/contender'

import { contenderAt } from '../../contest/start-contender.ts'
import { type Row, rowOf, verdictOf } from '../../report/row.ts'
import type { PostgresBench } from '../postgres-bench.ts'

interface Setting {
  readonly name: string
  readonly module: string
  readonly settings: NonNullable<ContenderOptions['settings']>
  /** Maximum of the median, if there is a target, and of the 99th percentile, in milliseconds. */
  readonly target?: { readonly p50?: number; readonly p99: number }
}

const own = contenderAt('postgres/load')
const boss = 'bench-peers/pg-boss'

/** Contenders that a notification wakes. They are measured one after the other. */
const listening: readonly Setting[] = [
  { name: 'engine, listening', module: own, settings: {}, target: { p50: 5, p99: 25 } },
  { name: 'pg-boss, listening', module: boss, settings: { notify: 1 } },
  { name: 'graphile-worker, listening', module: 'bench-peers/graphile-worker', settings: {} },
]

/** Contenders that mostly wait. They are measured at the same time. */
const polling: readonly Setting[] = [
  { name: 'engine, polling', module: own, settings: { polls: 1 }, target: { p99: 600 } },
  { name: 'pg-boss, polling', module: boss, settings: {} },
]

const isPeer = ({ target }: Setting): boolean => target === undefined

/** Measures the time from a send to the start of the handler in an idle process, with the sender in it and elsewhere. */
export async function latencyRows(bench: PostgresBench): Promise<Row[]> {
  const chosen = (settings: readonly Setting[]): Setting[] =>
    settings.filter((setting) => bench.withPeers || !isPeer(setting))
  const jobs = bench.isTrial ? 20 : 250
  const rows: Row[] = []
  for (const setting of chosen(listening)) {
    for (const workers of [undefined, 1])
      rows.push(await latencyRow(bench, setting, workers, { jobs, minPauseMs: 10, maxPauseMs: 110 }))
    await bench.environment.clear()
  }
  const waiting = chosen(polling).flatMap((setting) =>
    [undefined, 1].map((workers) => latencyRow(bench, setting, workers, { jobs, minPauseMs: 20, maxPauseMs: 620 })),
  )
  return [...rows, ...(await Promise.all(waiting))]
}

async function latencyRow(
  { environment, server }: PostgresBench,
  { name, module, settings, target }: Setting,
  workers: number | undefined,
  sends: { readonly jobs: number; readonly minPauseMs: number; readonly maxPauseMs: number },
): Promise<Row> {
  const heading = {
    comparison: `send to start, idle, ${name}, sender in ${workers === undefined ? 'the same' : 'another'} process`,
    target: target ? `${target.p50 === undefined ? '' : `p50 ≤ ${target.p50} ms, `}p99 ≤ ${target.p99} ms` : '',
  }
  return rowOf(heading, async () => {
    const contender = await environment.loaded(
      module,
      { postgresUrl: await server.createDatabase(), settings },
      workers,
    )
    await contender.latencyIdle({ ...sends, jobs: 20 }) // warm-up
    const { p50, p99, max } = await contender.latencyIdle(sends)
    return {
      measured: `p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms`,
      verdict: target ? verdictOf(p50 <= (target.p50 ?? Infinity) && p99 <= target.p99) : 'no target',
      detail: `${sends.jobs} sends, at most ${max.toFixed(1)} ms`,
    }
  })
}
