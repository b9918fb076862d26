import type { JobEvent } from '../events/job-events.ts'
import type { EventMessage } from '../jobs/event-message.ts'
import type { JobContext } from '../jobs/job-context.ts'
import type { BaseDefinition } from '../jobs/job-definition.ts'
import type { Steps } from './steps.ts'

/** What `defineWorkflow` returns. It starts nothing by itself. */
export interface WorkflowDefinition<Event extends JobEvent = JobEvent, Output = unknown> extends BaseDefinition {
  readonly kind: 'workflow'
  readonly event: Event
  /** A run that began with another version does not go on. */
  readonly version?: string
  readonly maxSteps: number
  readonly compensateOnCancel: boolean
  steps(event: EventMessage<Event>, step: Steps<Event>, context: JobContext): Output | Promise<Output>
  onFailure?(error: Error, event: EventMessage<Event>, context: JobContext): unknown
}
