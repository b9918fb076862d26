import { setTimeout as pause } from 'node:timers/promises'

import type { ContenderOptions } from 'bench-peers/contender'

import { contenderAt } from '../../contest/start-contender.ts'
import { type Row, rowOf, verdictOf } from '../../report/row.ts'
import type { PostgresBench } from '../postgres-bench.ts'

interface Setting {
  readonly name: string
  readonly module: string
  readonly settings: NonNullable<ContenderOptions['settings']>
  readonly target?: number
}

const own = contenderAt('postgres/load')
const boss = 'bench-peers/pg-boss'

const settings: readonly Setting[] = [
  { name: 'engine, listening', module: own, settings: {}, target: 1 },
  { name: 'engine, polling', module: own, settings: { polls: 1 }, target: 2 },
  { name: 'pg-boss, listening', module: boss, settings: { notify: 1 } },
  { name: 'pg-boss, polling', module: boss, settings: {} },
  { name: 'graphile-worker', module: 'bench-peers/graphile-worker', settings: {} },
]

/** Counts the statements of idle processes, all at the same time. */
export async function idleRows(bench: PostgresBench): Promise<Row[]> {
  const chosen = settings.filter(({ target }) => bench.withPeers || target !== undefined)
  return Promise.all(chosen.map((setting) => idleRow(bench, setting)))
}

async function idleRow(
  { environment, server, isTrial }: PostgresBench,
  { name, module, settings: chosen, target }: Setting,
): Promise<Row> {
  const heading = { comparison: `statements a second of an idle process, ${name}`, target: target ? `≤ ${target}` : '' }
  return rowOf(heading, async () => {
    const postgresUrl = await server.createDatabase()
    await environment.loaded(module, { postgresUrl, settings: chosen }, undefined)
    await pause(5_000) // it registers
    const before = await server.countStatements(postgresUrl)
    const seconds = isTrial ? 15 : 60
    await pause(seconds * 1000)
    const statements = (await server.countStatements(postgresUrl)) - before
    return {
      measured: (statements / seconds).toFixed(2),
      verdict: target ? verdictOf(statements / seconds <= target) : 'no target',
      detail: `${statements} in ${seconds} s`,
    }
  })
}
