import {
  defineWorkflow,
  type EventMessage,
  type JobContext,
  type Steps,
  type WorkflowDefinition,
} from '@cgk-platform/jobs-core'

import './work.ts'

type Code = (event: EventMessage<'work.asked'>, step: Steps<'work.asked'>, context: JobContext) => unknown

/** Defines the workflow `flow` of the event `work.asked`. */
export function workflow(steps: Code, options: object = {}): WorkflowDefinition {
  return defineWorkflow({ id: 'flow', event: 'work.asked', ...options, steps }) as WorkflowDefinition
}
