import type { Contender, ContenderOptions } from 'bench-peers/contender'

import { endRound, runRound } from './run-round.ts'

/** Opens the PostgreSQL engine with its own pool, which has 4 connections. */
export async function open({ postgresUrl, settings }: ContenderOptions): Promise<Contender> {
  const concurrency = Number(settings?.['concurrency'])
  let rounds = 0
  return {
    async run(jobs) {
      const schema = `round_${rounds++}`
      const durationMs = await runRound({ connectionString: postgresUrl, schema, concurrency }, jobs)
      await endRound(postgresUrl!, schema, jobs)
      return durationMs
    },
    async close() {},
  }
}
