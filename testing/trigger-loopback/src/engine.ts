import type { BackgroundWorkers } from './background-workers.ts'
import type { Presence } from './presence.ts'
import type { Replica } from './replica.ts'
import type { Run } from './run.ts'
import type { RunQueue } from './run-queue.ts'
import type { RunStore } from './run-store.ts'
import type { Timers } from './timers.ts'
import type { Waitpoints } from './waitpoints.ts'

/** The ids of the only organization, project and environment. */
export interface Tenancy {
  readonly organizationId: string
  readonly projectId: string
  readonly projectRef: string
  readonly environmentId: string
}

/** Time without a heartbeat after which a run counts as stalled, in milliseconds. */
export interface StallTimes {
  readonly pendingMs: number
  readonly executingMs: number
}

/** The shared state of the run engine. */
export interface Engine {
  readonly url: () => string
  readonly tenancy: Tenancy
  readonly secretKey: string
  /** Returns the server's time. */
  now(): Date
  readonly runs: RunStore
  readonly queue: RunQueue
  /** Delay between the end of a run and the visibility of the metadata that arrived with it, in milliseconds. */
  readonly metadataLagMs: number
  readonly timers: Timers
  readonly workers: BackgroundWorkers
  readonly waitpoints: Waitpoints
  readonly presence: Presence
  readonly replica: Replica
  readonly stall: StallTimes
  /** Notifies the workers that watch a run of a new snapshot. */
  notify(runFriendlyId: string): void
  /** Called for a run whose worker sent no heartbeat for too long. */
  onStalled(run: Run): void
}
