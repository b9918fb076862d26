import type { Chain, Link } from '../../../queues/chain.ts'
import type { DefinitionLanes } from './definition-lanes.ts'
import type { Gate, WaitingLane } from './gate.ts'
import type { Slots } from './slots.ts'
import type { Turn } from './turn-queue.ts'
import type { WaitingRuns } from './waiting-runs.ts'
import type { StoredRun } from '../../../records/stored-run.ts'

/** A tenant with runs that wait or run. */
export interface Tenant extends Turn<Tenant> {
  readonly id: string
  readonly groups: Map<string, LaneGroup>
  /** The groups with lanes that may start a run. */
  readonly ready: Chain<LaneGroup>
  /** Number of its lanes. */
  lanes: number
  running: number
}

/** The lanes of a definition and tenant. */
export interface LaneGroup extends Link<LaneGroup> {
  readonly tenant: Tenant
  readonly definition: DefinitionLanes<Lane>
  readonly slots: Slots<Lane>
  /** Where its lanes wait while the tenant is paused. */
  pause: Gate<Lane> | undefined
  /** The slots of the runs without a key. */
  readonly unkeyed: Slots<Lane>
  /** The slots of each key. */
  keys: Map<string, Slots<Lane>> | undefined
  /** The lane of the first starts without keys. */
  plain: Lane | undefined
  /** The other lanes. */
  lanes: Map<string, Lane> | undefined
  /** The lanes that may start a run. */
  readonly ready: Chain<Lane>
  /** Whether it is among the ready groups of its tenant. */
  isReady: boolean
}

/** Waiting runs of a definition and tenant whose keys are equal. Runs that started before have lanes of their own. */
export interface Lane extends WaitingLane<Lane> {
  readonly tenant: Tenant
  readonly group: LaneGroup
  /** Its key within the group. `undefined`: the plain lane. */
  readonly key: string | undefined
  readonly concurrencyKey: string | undefined
  readonly throttleKey: string | undefined
  /** The name of its throttle, computed on first use. */
  bucketName: string | undefined
  /** Whether its runs have started before, so that a throttle does not count them. */
  readonly isAgain: boolean
  /** The slots of its concurrency key. */
  readonly slots: Slots<Lane>
  readonly waiting: WaitingRuns
  /** Number of waiting runs that were cancelled. */
  cancelled: number
}

/** Takes the next run, skipping those that were cancelled while they waited. */
export function nextWaiting(lane: Lane): StoredRun | undefined {
  const { waiting, group } = lane
  for (let run = waiting.shift(); run; run = waiting.shift()) {
    if (isWaiting(run)) return run
    if (lane.cancelled > 0) lane.cancelled--
    else group.definition.waiting--
  }
  return undefined
}

/** Counts a run that was cancelled. Removes the cancelled runs once they are more than half. */
export function countCancelled(lane: Lane): void {
  if (++lane.cancelled * 2 <= lane.waiting.size) return
  lane.waiting.filter(isWaiting)
  lane.cancelled = 0
}

function isWaiting({ state, pause }: StoredRun): boolean {
  return state === 'queued' || pause === 'awake'
}
