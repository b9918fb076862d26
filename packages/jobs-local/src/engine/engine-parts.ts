import type { Clock, EngineLimits, JobHost } from '@cgk-platform/jobs-core/provider'

import type { JobStore } from '../store/job-store.ts'

/** What an engine is made of. */
export interface EngineParts {
  readonly store: JobStore
  readonly clock: Clock
  readonly host: JobHost
  readonly limits: EngineLimits
  /** The most attempts under way at once. */
  readonly concurrency: number
  readonly random: () => number
  /** Whether it runs jobs, or only changes them for the workers of other processes. */
  readonly works: boolean
  /** Whether its cron jobs tick here alone in the process; a virtual clock has time of its own. */
  readonly exclusiveCron: boolean
  /** How soon the engine looks at the time again while something is due; a virtual clock never sleeps by surprise. */
  readonly longestSleepMs: number
  /** Told after every change of a job. */
  readonly changed: (jobId: string) => void
  /** Told when another process has changed something. */
  readonly changedElsewhere: () => void
}
