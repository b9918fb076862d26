import type { StoredRun } from '../../../records/stored-run.ts'
import { claimInTurns } from '../../../rules/claim-in-turns.ts'
import type { ClaimOptions } from './claim-options.ts'
import { definitionsIn } from '../tables/open-work.ts'
import { LimitedRuns } from '../../../rules/limited-runs.ts'
import { phases } from '../tables/rows.ts'
import type { RunSource } from '../../../rules/run-source.ts'
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
  const definitions = new Set([
    ...definitionsIn(options.connection, phases.ready, phases.blocked),
    ...options.fitting.map(({ definitionId }) => definitionId),
  ])
  const sources = [...definitions]
    .filter((definition) => !options.paused.isDefinitionPaused(definition) && options.mayBegin(definition))
    .flatMap((definition) => sourcesOf(definition, options, (callback) => void ends.push(callback)))
  const limited = sources.filter((source) => source instanceof LimitedRuns)
  const others = sources.filter((source) => !(source instanceof LimitedRuns))
  for (
    let open: RunSource<StoredRun>[] = [...limited.filter((source) => source.offer()), ...others];
    open.length > 0;
  ) {
    const { turns, weights, max } = options
    claimed.push(...claimInTurns(open, max - claimed.length, turns, weights))
    for (const source of limited) source.endOffers()
    // Tenants that left slots of a limited definition may leave them to others.
    open = claimed.length < options.max ? limited.filter((source) => source.offer()) : []
  }
  for (const end of ends) end()
  return claimed
}
