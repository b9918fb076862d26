import { callSite } from '../call-site.ts'
import type { JobEvent } from '../events/job-events.ts'
import { declareOptions, type DeclaredOptions } from '../options/declare-options.ts'
import { callback, integer, boolean, string } from '../options/kinds.ts'
import {
  commonOptions,
  type DefinitionOptions,
  eventOption,
  idOption,
  readDefinition,
  type Unfilled,
} from '../jobs/definition-options.ts'
import type { EventMessage } from '../jobs/event-message.ts'
import type { JobContext } from '../jobs/job-context.ts'
import { ambientJobs } from '../jobs/job-registry.ts'
import type { RetryConfig } from '../retry/retry-config.ts'
import type { Duration } from '../time/duration.ts'
import type { Steps, WorkflowDefinition } from './steps.ts'

/** What `defineWorkflow` takes. */
export interface WorkflowOptions<Event extends JobEvent, Output> extends DefinitionOptions {
  /** The event whose every send makes one run of this workflow. */
  event: Event
  /**
   * The steps, as plain code. It is run again from the start after a wait or a crash, and every step that has completed
   * answers from its record: let all effects be in steps, and nothing random between them. What it returns is the run's
   * output.
   */
  steps: (event: EventMessage<Event>, step: Steps<Event>, context: JobContext) => Output | Promise<Output>
  /** How steps are tried again that do not say otherwise, and what the code between them throws. Default: 3 attempts, exponential from 1 s to 60 s. */
  retry?: RetryConfig | undefined
  /** How long one attempt of a step may take that does not say otherwise. Default: no limit. */
  timeout?: number | Duration | undefined
  /** Runs go on only with the version that they began with; others fail with `WorkflowChangedError`. */
  version?: string | undefined
  /** The most steps of one run, so that a loop without an end does not go on for ever. Default 1,000. */
  maxSteps?: number | undefined
  /** Compensation the completed steps of a run that is cancelled, too. Default false. */
  compensateOnCancel?: boolean | undefined
  /** Called once, when a run has failed for good and what could be compensated is. What it throws is logged. */
  onFailure?: ((error: Error, event: EventMessage<Event>, context: JobContext) => unknown) | undefined
}

type CheckedWorkflow = Omit<Unfilled<WorkflowDefinition>, 'maxSteps' | 'compensateOnCancel'> &
  Partial<Pick<WorkflowDefinition, 'maxSteps' | 'compensateOnCancel'>>

/** What each option of a workflow may be. */
export const workflowOptions: DeclaredOptions<CheckedWorkflow> = declareOptions<
  WorkflowOptions<JobEvent, unknown>,
  CheckedWorkflow
>('`defineWorkflow`', {
  id: idOption,
  event: eventOption,
  steps: callback({ required: 'Give a function.', feature: 'workflows' }),
  ...commonOptions,
  version: string({ remedy: "Give a text such as `'2'`." }),
  maxSteps: integer(),
  compensateOnCancel: boolean({ feature: (isOn: boolean) => (isOn ? ['workflows: compensateOnCancel'] : []) }),
  onFailure: callback(),
})

/**
 * Declares several durable steps that are done when an event is sent. Like a job it registers itself.
 *
 * @throws {InvalidDefinitionError} naming the field at fault.
 * @throws {UnknownEventError} when the event is not declared.
 */
export function defineWorkflow<Event extends JobEvent, Output = void>(
  options: WorkflowOptions<Event, Output>,
): WorkflowDefinition<Event, Output> {
  const checked = readDefinition('defineWorkflow', workflowOptions, options)
  const definition = Object.freeze({
    kind: 'workflow' as const,
    maxSteps: 1000,
    compensateOnCancel: false,
    ...checked,
  }) as WorkflowDefinition<Event, Output>
  ambientJobs().register(definition, callSite(defineWorkflow))
  return definition
}
