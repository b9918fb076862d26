import type { JobClient } from '@cgk-platform/jobs-core'

import type { RecordedSpan } from './recorded-span.ts'

/** An engine that runs the shop, with the telemetry of all its processes. */
export interface TreeEngine {
  readonly client: JobClient
  /** Lets the engine work until a condition on the spans holds. */
  until(holds: () => boolean): Promise<void>
  /** Lets the next tick of the hourly report happen. */
  tick(): Promise<void>
  /** Returns the ended spans of this test, in the order in which they were started. */
  spans(): readonly RecordedSpan[]
  close(): Promise<void>
}
