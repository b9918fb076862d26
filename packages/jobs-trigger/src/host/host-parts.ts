import {
  type AttemptDependencies,
  type EngineLimits,
  type JobRegistry,
  limitsOf,
} from '@cgk-platform/jobs-core/provider'

import type { TriggerApi } from '../api/trigger-api.ts'
import { triggerCapabilities } from '../capabilities.ts'
import type { JobReader } from '../read/job-reader.ts'

/** What the tasks of one host share. */
export interface HostParts extends AttemptDependencies {
  /** The jobs that are hosted here, and no others. */
  readonly jobs: JobRegistry
  readonly api: TriggerApi
  readonly reader: JobReader
}

/** What the core has to know of the engine while it makes an attempt. */
export const triggerLimits: EngineLimits = limitsOf('trigger.dev', triggerCapabilities)
