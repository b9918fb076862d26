import type { Clock } from '@cgk-platform/jobs-core/provider'

import type { EngineApi } from '../api/engine-api.ts'
import type { EventHandlers } from '../read/event-handlers.ts'
import type { JobReader } from '../read/job-reader.ts'
import type { Subscriptions } from '../read/subscriptions.ts'

/** The services that inspection needs. */
export interface InspectionDependencies {
  readonly api: EngineApi
  readonly clock: Clock
  readonly reader: JobReader
  readonly handlers: EventHandlers
  readonly subscriptions: Subscriptions
  readonly appId: string
}
