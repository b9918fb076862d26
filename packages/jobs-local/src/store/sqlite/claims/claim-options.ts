import type { LimitsOf } from '../../job-store.ts'
import type { Connection } from '../file/connection.ts'
import type { KnownThrottles } from './known-throttles.ts'
import type { PassBound } from '../../../rules/pass-bound.ts'
import type { FittingRuns } from '../tables/parked-runs.ts'
import type { PausedWork } from '../tables/paused-work.ts'
import type { Turns } from '../../../rules/turns.ts'

/** The options of a claim. */
export interface ClaimOptions {
  readonly connection: Connection
  readonly turns: Turns
  /** The turns of a tenant in each round. A tenant that is not in it has 1. */
  readonly weights: ReadonlyMap<string, number>
  readonly max: number
  readonly worker: number
  readonly limitsOf: LimitsOf
  /** Returns whether this worker may begin runs of a definition. */
  readonly mayBegin: (definitionId: string) => boolean
  readonly now: number
  /** The parked runs that wait for a version of this worker. */
  readonly fitting: readonly FittingRuns[]
  readonly paused: PausedWork
  readonly throttles: KnownThrottles
  readonly bound: PassBound
}
