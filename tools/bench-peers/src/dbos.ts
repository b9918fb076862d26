import { DBOS } from '@dbos-inc/dbos-sdk'
import { Pool } from 'pg'

import { type Contender, type ContenderOptions, payloadOf, stepsPerRun } from './contender.ts'

/**
 * Opens DBOS on PostgreSQL. A round of `jobs` steps is a number of runs with a few steps each, fifty at once. They start
 * directly, without a queue, which polls.
 */
export async function open({ postgresUrl, settings }: ContenderOptions): Promise<Contender> {
  const pool = new Pool({ connectionString: postgresUrl!, max: 20 })
  DBOS.setConfig({ name: 'bench', systemDatabasePool: pool, logLevel: 'error' })
  const workflow = DBOS.registerWorkflow(
    async (_payload: object) => {
      for (let index = 0; index < stepsPerRun; index++) await DBOS.runStep(async () => ({ index }), { name: 'step' })
    },
    { name: 'steps' },
  )
  await DBOS.launch()
  return {
    async run(jobs) {
      const startedAt = performance.now()
      let next = 0
      const lane = async (): Promise<void> => {
        while (next < jobs / stepsPerRun) await workflow(payloadOf(next++))
      }
      await Promise.all(Array.from({ length: Number(settings?.['concurrency'] ?? 50) }, lane))
      return performance.now() - startedAt
    },
    async close() {
      await DBOS.shutdown()
      await pool.end()
    },
  }
}
