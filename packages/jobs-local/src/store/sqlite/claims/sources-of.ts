import type { StoredRun } from '../../../records/stored-run.ts'
import { BlockedRuns, unblockRuns } from './blocked-runs.ts'
import { Bucket } from './bucket.ts'
import type { ClaimOptions } from './claim-options.ts'
import { DefinitionSlots, type Slots } from './definition-slots.ts'
import { FittingSource } from './fitting-source.ts'
import { LaneRuns } from './lane-runs.ts'
import { hasFirstRun } from '../tables/lanes-table.ts'
import { ReadyRuns } from './ready-runs.ts'
import { type RunScan, runScans } from './run-scans.ts'
import type { RunSource } from '../../../rules/run-source.ts'
import type { SlotSource } from '../../../rules/plan-claim.ts'

/**
 * Returns the ready runs of a definition that may begin now, as far as its own limits are concerned.
 *
 * @param onEnd - registers what to do after the claim
 */
export function sourcesOf(
  definitionId: string,
  options: ClaimOptions,
  onEnd: (callback: () => void) => void,
): SlotSource<StoredRun>[] {
  const { connection, limitsOf, now } = options
  const { concurrency, throttle } = limitsOf(definitionId) ?? {}
  const slots = new DefinitionSlots(connection, definitionId, concurrency)
  if (slots.free <= 0) return []
  const fitting = options.fitting
    .filter((one) => one.definitionId === definitionId)
    .map((one) => withFree(new FittingSource(options, one, slots), slots))
  const runs = (name: string, scan: RunScan, own: Slots): SlotSource<StoredRun> =>
    withFree(new ReadyRuns(options, { name, definitionId, scan, slots: own }), own)
  if (throttle?.key === undefined) unblockRuns(connection, definitionId)
  if (!throttle) return [runs(definitionId, runScans.all, slots), ...fitting]
  const again = runs(definitionId, runScans.again, slots)
  options.throttles.update(connection, definitionId, throttle, now)
  if (throttle.key !== undefined) {
    const lanes = [LaneRuns, BlockedRuns].map((Runs) => new Runs(options, definitionId, throttle, slots))
    return [again, ...fitting, ...lanes.map((source) => withFree(source, slots))]
  }
  const name = { definitionId, tenant: '', key: '' }
  const bucket = new Bucket(connection, name, { limits: throttle, slots, now })
  onEnd(() => bucket.write(hasFirstRun(connection, name)))
  return [again, ...fitting, runs(`${definitionId} first`, runScans.first, bucket)]
}

function withFree(source: RunSource<StoredRun>, slots: Slots): SlotSource<StoredRun> {
  return {
    name: source.name,
    get free() {
      return slots.free
    },
    nextTenant: (after, isIncluded) => source.nextTenant(after, isIncluded),
    claim: (tenant, max) => source.claim(tenant, max),
  }
}
