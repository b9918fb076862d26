import type { AttemptMiddleware, JobClient, JobHooks, LoggerLike } from '@cgk-platform/jobs-core'
import { type Clock, type EngineLimits, type JobRegistry, limitsOf } from '@cgk-platform/jobs-core/provider'

import type { TriggerApi } from '../api/trigger-api.ts'
import { triggerCapabilities } from '../capabilities.ts'
import type { JobReader } from '../read/job-reader.ts'

/** What the tasks of one host share. */
export interface HostParts {
  /** The jobs that are hosted here, and no others. */
  readonly jobs: JobRegistry
  readonly api: TriggerApi
  readonly reader: JobReader
  readonly clock: Clock
  readonly logger: LoggerLike
  readonly hooks: JobHooks | undefined
  readonly middleware: readonly AttemptMiddleware[] | undefined
  /** What handlers send with. */
  readonly jobClient: JobClient
  /** From 0 up to 1, for jitter. */
  readonly random: () => number
}

/** What the core has to know of the engine while it makes an attempt. */
export const triggerLimits: EngineLimits = limitsOf('trigger.dev', triggerCapabilities)
