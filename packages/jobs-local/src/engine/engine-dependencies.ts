import type { Clock, JobHost } from '@cgk-platform/jobs-core/provider'

import type { EngineStore } from '../store/engine-store.ts'

/** The services and settings of an engine. */
export interface EngineDependencies {
  readonly store: EngineStore
  readonly clock: Clock
  readonly host: JobHost
  /** Maximum number of attempts running at once. */
  readonly concurrency: number
  readonly random: () => number
  /** Whether the engine runs jobs. If false, it only changes them, for workers in other processes. */
  readonly runsJobs: boolean
  /** Whether each cron job ticks on only one engine of the process. False for an engine with its own virtual clock. */
  readonly exclusiveCron: boolean
  /**
   * Maximum time in milliseconds until the engine checks the clock again, because timers pause while a machine sleeps.
   */
  readonly maxSleepMs: number
  /** Called after every change of a job. */
  readonly changed: (jobId: string) => void
  /** Called when another process has changed the store. */
  readonly changedExternally: () => void
}
