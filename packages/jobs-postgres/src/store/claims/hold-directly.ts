import {
  claimInTurns,
  compareText,
  nextIn,
  type RunSource,
  type StoredRun,
  type Turns,
} from '@cgk-platform/jobs-local/engine'

import { holdNewRun, type NewRun } from '../arrivals/new-runs.ts'
import { groupBy } from '../group-by.ts'
import { sortTexts } from '../tenants-from.ts'

/** Begins up to `max` new runs before they are written, in turns. That saves two writes of each. */
export function holdDirectly(
  runs: readonly NewRun[],
  max: number,
  { now, turns, weights }: { now: number; turns: Turns; weights: ReadonlyMap<string, number> },
): StoredRun[] {
  if (max <= 0) return []
  const held = runs.length <= max ? runs : claimInTurns(sourcesOf(runs), max, turns, weights)
  for (const one of held) holdNewRun(one, now)
  return held.map(({ run }) => run)
}

function sourcesOf(runs: readonly NewRun[]): RunSource<NewRun>[] {
  const byDefinition = groupBy(runs, ({ run }) => run.definitionId)
  const sources = Array.from(byDefinition, ([name, own]): RunSource<NewRun> => {
    const byTenant = groupBy(
      own.toSorted((one, other) => one.rank - other.rank),
      ({ tenant }) => tenant,
    )
    const tenants = sortTexts([...byTenant.keys()])
    return {
      name,
      nextTenant: (after, isIncluded) => nextIn(tenants, after, isIncluded),
      claim: (tenant, most) => byTenant.get(tenant)?.splice(0, most) ?? [],
    }
  })
  return sources.toSorted((one, other) => compareText(one.name, other.name))
}
