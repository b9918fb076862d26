import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

import type { Contender, ContenderOptions } from 'bench-peers/contender'

import { open as openEngine } from './local-engine.ts'
import { type RecordedStatements, recordStatements, replayStatements } from './recorded-statements.ts'

/**
 * Opens the minimum for the statements of the local engine. It records them in an untimed run of the engine, and
 * executes them again on bare `node:sqlite`: the same statements, values and transactions, and nothing between them.
 */
export async function open({ folder, settings }: ContenderOptions): Promise<Contender> {
  let rounds = 0
  let recorded: { jobs: number; statements: RecordedStatements } | undefined
  return {
    async run(jobs) {
      if (recorded?.jobs !== jobs) {
        const record = async (begin: () => void): Promise<void> => {
          const engine = await openEngine({ folder, settings: { ...settings, store: 'sqlite' } }, begin)
          await engine.run(jobs)
        }
        recorded = { jobs, statements: await recordStatements(record) }
      }
      const database = new DatabaseSync(join(folder, `replay-${rounds++}.db`))
      const durationMs = replayStatements(database, recorded.statements)
      database.close()
      return durationMs
    },
    async close() {},
  }
}
