import { type AttemptHost, type EngineLimits, limitsOf } from '@cgk-platform/jobs-core/provider'

import type { TriggerApi } from '../api/trigger-api.ts'
import { triggerCapabilities } from '../capabilities.ts'
import type { JobReader } from '../read/job-reader.ts'
import type { QuietEvents } from '../workflows/quiet-events.ts'

/** The services that the tasks of one host share. */
export interface HostDependencies extends AttemptHost {
  readonly api: TriggerApi
  readonly reader: JobReader
  readonly quietEvents: QuietEvents
}

/** The engine's limits for an attempt. */
export const triggerLimits: EngineLimits = limitsOf('trigger.dev', triggerCapabilities)
