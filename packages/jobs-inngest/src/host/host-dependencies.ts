import { type AttemptHost, type EngineLimits, limitsOf } from '@cgk-platform/jobs-core/provider'
import type { Inngest } from 'inngest'

import type { EngineApi } from '../api/engine-api.ts'
import { inngestCapabilities } from '../capabilities.ts'
import type { PostEvents } from '../send/post-events.ts'
import type { CancelWatcher } from './cancel-watcher.ts'
import type { AttemptDueTimes } from './attempt-due-times.ts'
import type { RetriedRuns } from './steps/retried-run.ts'
import type { WorkflowAttempts } from './steps/workflow-attempts.ts'

/** The services that the functions of one host share. */
export interface HostDependencies extends AttemptHost {
  readonly inngest: Inngest.Any
  readonly api: EngineApi
  readonly postEvents: PostEvents
  readonly cancels: CancelWatcher
  readonly dueTimes: AttemptDueTimes
  readonly attempts: WorkflowAttempts
  readonly retriedRuns: RetriedRuns
}

/** The limits of Inngest that an attempt observes. */
export const inngestLimits: EngineLimits = limitsOf('inngest', inngestCapabilities)
