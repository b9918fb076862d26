import { claimInTurns } from './claim-in-turns.ts'
import { LimitedRuns } from './limited-runs.ts'
import type { RunSource } from './run-source.ts'
import type { Turns } from './turns.ts'

/** A source with the number of runs that may begin of it. */
export interface SlotSource<Run> extends RunSource<Run> {
  readonly free: number
}

/** Number of free slots of a definition from which on its limit does not matter to the order of its tenants. */
export const manySlots = 16

/** Claims up to `max` runs of the definitions' sources. Tenants take turns, then the definitions of the tenant. */
export function planClaim<Run>(
  sources: readonly SlotSource<Run>[],
  max: number,
  turns: Turns,
  weights: ReadonlyMap<string, number>,
): Run[] {
  const few = sources.filter(({ free }) => free < manySlots)
  const limited = few.map((one) => new LimitedRuns(one, turns.ofDefinition(one.name), weights, () => one.free))
  const others = sources.filter((source) => !few.includes(source))
  const planned: Run[] = []
  const offered = (): RunSource<Run>[] => limited.filter((source) => source.offer())
  for (let open = [...offered(), ...others]; open.length > 0;) {
    planned.push(...claimInTurns(open, max - planned.length, turns, weights))
    for (const source of limited) source.endOffers()
    // Tenants that left slots of a limited definition may leave them to others.
    open = planned.length < max ? offered() : []
  }
  return planned
}
