import type { Pause, WaitReason } from '@cgk-platform/jobs-core'
import { nextStartAt } from '@cgk-platform/jobs-core/scheduling'

import type { SlotFacts } from '../records/slot-facts.ts'
import type { StoredRun } from '../records/stored-run.ts'
import type { RunLimits } from '../store/job-store.ts'

/** Most jobs to name that hold slots. */
const maxHolders = 5

/** Returns why the definition or the tenant of a run gets no slot. */
export function pauseOf(
  { definitionId, tenantId }: { readonly definitionId?: string; readonly tenantId: string },
  pauses: readonly Pause[],
): WaitReason | undefined {
  for (const { since: pausedSince, ...target } of pauses) {
    const since = pausedSince && { since: pausedSince }
    if (target.tenantId === tenantId) return { kind: 'paused', ...since, tenantId }
    if (definitionId !== undefined && target.definitionId === definitionId)
      return { kind: 'paused', ...since, definitionId }
  }
  return undefined
}

/** Returns which limit keeps a run from its start, or that it waits for its turn. @param now - epoch milliseconds */
export function limitOf(
  { startedAt }: StoredRun,
  { concurrency = {}, throttle }: RunLimits,
  { held, throttle: state }: SlotFacts,
  now: number,
): WaitReason {
  const candidates = [
    { of: 'key', max: concurrency.perKey, holders: held.filter(({ isOfKey }) => isOfKey) },
    { of: 'tenant', max: concurrency.perTenant, holders: held.filter(({ isOfTenant }) => isOfTenant) },
    { of: 'definition', max: concurrency.limit, holders: held },
  ] as const
  for (const { of, max, holders } of candidates) {
    if (max === undefined || holders.length < max) continue
    return { kind: 'limit', of, max, heldBy: holders.slice(0, maxHolders).map(({ jobId }) => jobId) }
  }
  // A run that has started before is not counted again.
  const at = throttle && startedAt === undefined ? nextStartAt(state, throttle) : 0
  return at > now ? { kind: 'throttle', until: new Date(Math.ceil(at)) } : { kind: 'turn' }
}
