import { Client } from 'pg'

import type { LoadedContender } from '../../contest/load/loaded-contender.ts'
import { contenderAt } from '../../contest/start-contender.ts'
import { count, type Row, rowOf, verdictOf } from '../../report/row.ts'
import type { PostgresBench } from '../postgres-bench.ts'

const contenders: readonly { readonly name: string; readonly module: string; readonly mostLost?: number }[] = [
  { name: 'engine', module: contenderAt('postgres/load'), mostLost: 0.3 },
  { name: 'pg-boss', module: 'bench-peers/pg-boss' },
  { name: 'graphile-worker', module: 'bench-peers/graphile-worker' },
]

/** Measures how much slower full load becomes while a transaction keeps vacuum from removing dead rows. */
export async function bloatRows(bench: PostgresBench): Promise<Row[]> {
  const rows: Row[] = []
  for (const contender of contenders) {
    if (contender.mostLost === undefined && !bench.withPeers) continue
    rows.push(await bloatRow(bench, contender))
    await bench.environment.clear()
  }
  return rows
}

async function bloatRow(
  { environment, server, isTrial }: PostgresBench,
  { name, module, mostLost }: (typeof contenders)[number],
): Promise<Row> {
  const [heldS, sampleS] = isTrial ? [15, 5] : [180, 20]
  const heading = {
    comparison: `jobs/s lost after a transaction of ${heldS} s, ${name}`,
    target: mostLost === undefined ? '' : `≤ ${mostLost * 100} %`,
  }
  return rowOf(heading, async () => {
    const postgresUrl = await server.createDatabase()
    const contender = await environment.loaded(module, { postgresUrl }, undefined)
    const rateFor = (seconds: number): ReturnType<LoadedContender['rateUnder']> =>
      contender.rateUnder({ seconds, waiting: 5_000 })
    await rateFor(sampleS) // warm-up
    const before = await rateFor(sampleS)
    const release = await holdSnapshot(postgresUrl)
    await rateFor(heldS - sampleS)
    const held = await rateFor(sampleS)
    await release()
    await rateFor(sampleS) // vacuum removes the dead rows
    const after = await rateFor(sampleS)
    const lost = 1 - held / before
    return {
      measured: `${(lost * 100).toFixed(0)} %`,
      verdict: mostLost === undefined ? 'no target' : verdictOf(lost <= mostLost),
      detail: `${count(before)} before, ${count(held)} in its last ${sampleS} s, ${count(after)} jobs/s ${sampleS} s after it`,
    }
  })
}

/** Begins a transaction that sees the rows of now. Returns a function that ends it. */
async function holdSnapshot(connectionString: string): Promise<() => Promise<void>> {
  const client = new Client({ connectionString })
  await client.connect()
  await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ')
  await client.query('SELECT 1')
  return async () => {
    await client.query('COMMIT')
    await client.end()
  }
}
