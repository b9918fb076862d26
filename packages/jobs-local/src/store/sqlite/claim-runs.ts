import type { StoredRun } from '../job-store.ts'
import { claimInTurns } from './claim-in-turns.ts'
import type { ClaimOptions } from './claim-options.ts'
import type { Connection } from './connection.ts'
import { LimitedRuns } from './limited-runs.ts'
import { phases } from './rows.ts'
import type { RunSource } from './run-source.ts'
import { sourcesOf } from './sources-of.ts'

/**
 * Claims runs that wait for a slot. Tenants take turns, whatever number of definitions and keys they use; then the
 * definitions of the tenant; then the keys of the definition. Within a key, the job that was due first comes first, moved
 * by priorities. Concurrency limits count the slots of all workers.
 */
export function claimRuns(options: ClaimOptions): StoredRun[] {
  const claimed: StoredRun[] = []
  if (options.max <= 0) return claimed
  const ends: (() => void)[] = []
  const sources = readyDefinitions(options.connection)
    .filter((definition) => !options.paused.definitions.has(definition) && options.mayBegin(definition))
    .flatMap((definition) => sourcesOf(definition, options, (callback) => void ends.push(callback)))
  const limited = sources.filter((source) => source instanceof LimitedRuns)
  const others = sources.filter((source) => !(source instanceof LimitedRuns))
  for (let open: RunSource[] = [...limited.filter((source) => source.offer()), ...others]; open.length > 0;) {
    const { turns, weights, max } = options
    claimed.push(...claimInTurns(open, max - claimed.length, turns, weights))
    for (const source of limited) source.endOffers()
    // Tenants that left slots of a limited definition may leave them to others.
    open = claimed.length < options.max ? limited.filter((source) => source.offer()) : []
  }
  for (const end of ends) end()
  return claimed
}

/** Returns the definitions with runs that wait for a slot. Jumps from one to the next through the index. */
function readyDefinitions(connection: Connection): string[] {
  const least = `SELECT min(definition_id) FROM cgk_runs WHERE phase = ${phases.ready}`
  const sql =
    `WITH RECURSIVE found(id) AS (${least} UNION ALL SELECT (${least} AND definition_id > found.id) FROM found ` +
    'WHERE found.id IS NOT NULL) SELECT id FROM found WHERE id IS NOT NULL'
  return connection.all<{ id: string }>(sql).map(({ id }) => id)
}
