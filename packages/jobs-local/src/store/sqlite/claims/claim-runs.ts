import type { StoredRun } from '../../../records/stored-run.ts'
import type { ClaimOptions } from './claim-options.ts'
import { definitionsIn } from '../tables/open-work.ts'
import { phases } from '../tables/rows.ts'
import { sourcesOf } from './sources-of.ts'
import { planClaim } from '../../../rules/plan-claim.ts'

/**
 * Claims runs that wait for a slot. Tenants take turns, whatever number of definitions and keys they use; then the
 * definitions of the tenant; then the keys of the definition. Within a key, the job that was due first comes first, moved
 * by priorities. Concurrency limits count the slots of all workers.
 */
export function claimRuns(options: ClaimOptions): StoredRun[] {
  if (options.max <= 0) return []
  const ends: (() => void)[] = []
  const definitions = new Set([
    ...definitionsIn(options.connection, phases.ready, phases.blocked),
    ...options.fitting.map(({ definitionId }) => definitionId),
  ])
  const sources = [...definitions]
    .filter((definition) => !options.paused.isDefinitionPaused(definition) && options.mayBegin(definition))
    .flatMap((definition) => sourcesOf(definition, options, (callback) => void ends.push(callback)))
  const { max, turns, weights } = options
  const claimed = planClaim(sources, max, turns, weights)
  for (const end of ends) end()
  return claimed
}
