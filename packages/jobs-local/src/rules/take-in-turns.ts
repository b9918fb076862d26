import { ByTenant } from './by-tenant.ts'
import { claimInTurns } from './claim-in-turns.ts'
import { groupBy } from './group-by.ts'
import type { RunSource } from './run-source.ts'
import { compareText } from './text-order.ts'
import type { Turns } from './turns.ts'

/** The facts about a run that has no limits, by which it takes its turn. */
export interface UnlimitedRun {
  readonly definition: string
  readonly tenant: string
  readonly rank: number
}

/** Takes up to `max` runs that have no limits, in turns. @param factsOf - returns the facts about a run */
export function takeInTurns<Run>(
  runs: readonly Run[],
  max: number,
  { turns, weights }: { readonly turns: Turns; readonly weights: ReadonlyMap<string, number> },
  factsOf: (run: Run) => UnlimitedRun,
): readonly Run[] {
  if (runs.length <= max) return runs
  const given = runs.map((run) => ({ ...factsOf(run), run })).toSorted((one, other) => one.rank - other.rank)
  const sources = Array.from(
    groupBy(given, ({ definition }) => definition),
    ([name, own]): RunSource<Run> => {
      const byTenant = new ByTenant(own, ({ tenant }) => tenant)
      return {
        name,
        nextTenant: (after, isIncluded) => byTenant.next(after, isIncluded),
        claim: (tenant, most) =>
          byTenant
            .of(tenant)
            .splice(0, most)
            .map(({ run }) => run),
      }
    },
  )
  const inOrder = sources.toSorted((one, other) => compareText(one.name, other.name))
  return claimInTurns(inOrder, max, turns, weights)
}
