import type { JobEvent } from '../events/job-events.ts'
import type { EventMessage } from '../jobs/event-message.ts'
import type { JobContext } from '../jobs/job-context.ts'
import type { BaseDefinition } from '../jobs/job-definition.ts'
import type { Steps } from './steps.ts'

/** What `defineWorkflow` returns. It starts nothing by itself. */
export interface WorkflowDefinition<Event extends JobEvent = JobEvent, Output = unknown> extends BaseDefinition {
  readonly kind: 'workflow'
  /** The event that begins a run. */
  readonly event: Event
  /** A run that began with another version does not go on. */
  readonly version?: string
  /** The most steps of one run. */
  readonly maxSteps: number
  /** True where completed steps are undone after a cancel too. */
  readonly compensateOnCancel: boolean
  /** The code, which runs from its start in every pass. */
  steps(event: EventMessage<Event>, step: Steps<Event>, context: JobContext): Output | Promise<Output>
  /** Called after a run has failed for good, and its steps are undone. */
  onFailure?(error: Error, event: EventMessage<Event>, context: JobContext): unknown
}
