import type { JobEvent } from '@cgk-platform/jobs-core'
import type { StandardSchemaV1 } from '@cgk-platform/jobs-core/tools'

import type { ConformanceEvent } from './conformance-events.ts'

/** Returns `event` or `payload`, typed as an event of the app. */
export function triggerOf(event: ConformanceEvent, payload: StandardSchemaV1 | undefined): { event: JobEvent } {
  const trigger = payload ? { payload } : { event }
  return trigger as unknown as { event: JobEvent }
}
