import type { JobEvent, JobPayload } from '../events/job-events.ts'

/** The event as its handler gets it. */
export interface EventMessage<Event extends JobEvent = JobEvent> {
  /** The job's id. */
  readonly id: string
  /** The event. */
  readonly name: Event
  /** The handler's own copy, as the schema reads it. */
  readonly payload: JobPayload<Event>
  /** When the engine was asked to take it. */
  readonly sentAt: Date
}
