import type { JobEvent, JobPayload } from '../events/job-events.ts'

/** The event that a handler receives. */
export interface EventMessage<Event extends JobEvent = JobEvent> {
  /** The job's id. */
  readonly id: string
  /** The name of the event. */
  readonly name: Event
  /** The schema's output. Each handler receives its own copy. */
  readonly payload: JobPayload<Event>
  /** The time of the send. */
  readonly sentAt: Date
}
