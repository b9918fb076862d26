import type { BackgroundWorkers } from './background-workers.ts'
import type { Presence } from './presence.ts'
import type { Replica } from './replica.ts'
import type { Run } from './run.ts'
import type { RunQueue } from './run-queue.ts'
import type { RunStore } from './run-store.ts'
import type { Timers } from './timers.ts'
import type { Waitpoints } from './waitpoints.ts'

/** Names of the one organisation, project and environment. */
export interface Tenancy {
  readonly organizationId: string
  readonly projectId: string
  readonly projectRef: string
  readonly environmentId: string
}

/** After how long without a word of its worker a run counts as stalled. */
export interface StallTimes {
  readonly pendingMs: number
  readonly executingMs: number
}

/** What every part of the run engine looks at. */
export interface Engine {
  readonly url: () => string
  readonly tenancy: Tenancy
  readonly secretKey: string
  /** The server's own time. */
  now(): Date
  readonly runs: RunStore
  readonly queue: RunQueue
  /** How much later than its end a run shows the metadata that came along with it. */
  readonly metadataLagMs: number
  readonly timers: Timers
  readonly workers: BackgroundWorkers
  readonly waitpoints: Waitpoints
  readonly presence: Presence
  readonly replica: Replica
  readonly stall: StallTimes
  /** Tells the workers that watch a run that it took a step. */
  notify(runFriendlyId: string): void
  /** Is called for a run of whose worker nothing was heard for too long. */
  onStalled(run: Run): void
}
