import type { StoredRun } from '../../../records/stored-run.ts'
import { BlockedRuns, unblockRuns } from './blocked-runs.ts'
import { Bucket } from './bucket.ts'
import type { ClaimOptions } from './claim-options.ts'
import { DefinitionSlots, type Slots } from './definition-slots.ts'
import { FittingSource } from './fitting-source.ts'
import { LaneRuns } from './lane-runs.ts'
import { hasFirstRun } from '../tables/lanes-table.ts'
import { LimitedRuns } from '../../../rules/limited-runs.ts'
import { ReadyRuns } from './ready-runs.ts'
import { type RunScan, runScans } from './run-scans.ts'
import type { RunSource } from '../../../rules/run-source.ts'

/** Number of free slots of a definition from which on its limit does not matter to the order of its tenants. */
const manySlots = 16

/**
 * Returns the ready runs of a definition that may begin now, as far as its own limits are concerned.
 *
 * @param onEnd - registers what to do after the claim
 */
export function sourcesOf(
  definitionId: string,
  options: ClaimOptions,
  onEnd: (callback: () => void) => void,
): RunSource<StoredRun>[] {
  const { connection, limitsOf, now } = options
  const { concurrency, throttle } = limitsOf(definitionId) ?? {}
  const slots = new DefinitionSlots(connection, definitionId, concurrency)
  if (slots.free <= 0) return []
  const fitting = options.fitting
    .filter((one) => one.definitionId === definitionId)
    .map((one) => limited(new FittingSource(options, one, slots), slots, options))
  const runs = (name: string, scan: RunScan, own: Slots): RunSource<StoredRun> =>
    limited(new ReadyRuns(options, { name, definitionId, scan, slots: own }), own, options)
  if (throttle?.key === undefined) unblockRuns(connection, definitionId)
  if (!throttle) return [runs(definitionId, runScans.all, slots), ...fitting]
  const again = runs(definitionId, runScans.again, slots)
  options.throttles.update(connection, definitionId, throttle, now)
  if (throttle.key !== undefined) {
    const lanes = [LaneRuns, BlockedRuns].map((Runs) => new Runs(options, definitionId, throttle, slots))
    return [again, ...fitting, ...lanes.map((source) => limited(source, slots, options))]
  }
  const name = { definitionId, tenant: '', key: '' }
  const bucket = new Bucket(connection, name, { limits: throttle, slots, now })
  onEnd(() => bucket.write(hasFirstRun(connection, name)))
  return [again, ...fitting, runs(`${definitionId} first`, runScans.first, bucket)]
}

function limited(source: RunSource<StoredRun>, slots: Slots, { turns, weights }: ClaimOptions): RunSource<StoredRun> {
  if (slots.free >= manySlots) return source
  return new LimitedRuns(source, turns.ofDefinition(source.name), weights, () => slots.free)
}
