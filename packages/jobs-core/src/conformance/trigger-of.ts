import type { StandardSchemaV1 } from '@standard-schema/spec'

import type { JobEvent } from '../events/job-events.ts'
import type { ConformanceEvent } from './conformance-events.ts'

/** Returns `event` or `payload`, typed as an event of the app. */
export function triggerOf(event: ConformanceEvent, payload: StandardSchemaV1 | undefined): { event: JobEvent } {
  const trigger = payload ? { payload } : { event }
  return trigger as unknown as { event: JobEvent }
}
