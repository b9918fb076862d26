import type { StandardSchemaV1 } from '@standard-schema/spec'

import type { EventName, JobEvent, JobPayload } from '../events/job-events.ts'

/** The event that a handler receives. */
export interface EventMessage<Event extends JobEvent | StandardSchemaV1 = JobEvent> {
  /** The job's id. */
  readonly id: string
  /** The name of the event. */
  readonly name: EventName<Event>
  /** The schema's output. Each handler receives its own copy. */
  readonly payload: JobPayload<Event>
  /** The time of the send. */
  readonly sentAt: Date
}
