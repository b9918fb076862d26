import type { Contender, ContenderOptions } from 'bench-peers/contender'

import { replayStatements, StatementRecorder } from '../statements/recorded-statements.ts'
import { endRound, runRound } from './run-round.ts'

const schema = 'recorded'

/**
 * Opens the bound of the PostgreSQL engine. Each round records the statements of an untimed run of the engine, and
 * executes them again on an empty schema. Ids are the same: the engine chooses those of jobs and workers, and the
 * sequences begin again. Fails if the replay completes another number of jobs.
 */
export async function open({ postgresUrl, settings }: ContenderOptions): Promise<Contender> {
  const concurrency = Number(settings?.['concurrency'])
  return {
    async run(jobs) {
      const recorder = new StatementRecorder(postgresUrl!)
      await runRound({ pool: recorder.pool, schema, concurrency }, jobs, () => recorder.begin())
      const recording = await recorder.end()
      await endRound(postgresUrl!, schema, jobs)
      globalThis.gc?.()
      const durationMs = await replayStatements(postgresUrl!, recording)
      // A worker that takes jobs at the time of their send can come before it this time, and takes none.
      await endRound(postgresUrl!, schema, jobs, true)
      return durationMs
    },
    async close() {},
  }
}
