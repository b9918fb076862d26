import {
  defineWorkflow,
  type EventMessage,
  type JobContext,
  type Steps,
  type WorkflowDefinition,
} from '@cgk-platform/jobs-core'
import '@cgk-platform/test-kit/work'

type Code = (event: EventMessage<'work.requested'>, step: Steps<'work.requested'>, context: JobContext) => unknown

/** Defines the workflow `flow` of the event `work.requested`. */
export function workflow(steps: Code, options: object = {}): WorkflowDefinition {
  return defineWorkflow({ id: 'flow', event: 'work.requested', ...options, steps }) as WorkflowDefinition
}
