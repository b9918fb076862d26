import type { StandardSchemaV1 } from '@standard-schema/spec'

import { type CallSite, callSite } from '../runtime/call-site.ts'
import type { JobEvent } from '../events/job-events.ts'
import { declareOptions, type DeclaredOptions } from '../options/declare-options.ts'
import { callback, duration, integer, boolean } from '../options/kinds.ts'
import {
  commonOptions,
  type DebounceableOptions,
  idOption,
  readDefinition,
  type WithoutDefaults,
} from './definition-options.ts'
import { type CheckedTrigger, triggerOptions, withEvent } from './definition-trigger.ts'
import { debounceOption } from './debounce.ts'
import type { EventMessage } from './event-message.ts'
import type { IfEvent } from './if-event.ts'
import type { JobContext } from './job-context.ts'
import { type JobRegistry, processJobs } from './job-registry.ts'
import { registerDefinition } from './register-definition.ts'
import type { OwnJob } from './own-job.ts'
import type { RetryConfig } from '../retry/retry-config.ts'
import type { Duration } from '../options/duration.ts'
import { checkVersions, previousOption, versionOption } from './previous-workflow.ts'
import type { PreviousWorkflow, Steps, WorkflowDefinition } from './steps.ts'
import { transactionOption } from './transaction-option.ts'

/** Options of `defineWorkflow`. `Name` is the event as written, which can be misspelled. */
export interface WorkflowOptions<
  Event extends JobEvent,
  Output,
  Name extends string = Event,
  Own extends boolean = false,
> extends DebounceableOptions {
  /** The event that starts a run. Every send starts one. */
  event: Event | Extract<Name, JobEvent>
  payload?: undefined
  /**
   * The workflow as ordinary code. After a wait or a crash it is replayed from its start, and completed steps return
   * their recorded results. Put all side effects into steps, and nothing random between them. The return value is the
   * run's output.
   */
  steps: (
    event: IfEvent<Name, EventMessage<Event>>,
    step: IfEvent<Name, Steps<Event, Own>>,
    context: JobContext,
  ) => Output | Promise<Output>
  /**
   * `true`: for each `step.run`, the engine opens a transaction in the database of the jobs, passes it to the work, and records
   * in it that the step has completed. What the work writes in it exists exactly once. Default: false.
   */
  transaction?: Own | undefined
  /**
   * The retry policy of steps without their own, and of errors thrown between the steps. Default: 3 attempts,
   * exponential from 1 s to 60 s.
   */
  retry?: RetryConfig | undefined
  /** Timeout of one attempt of a step without its own. Default: no limit. */
  timeout?: number | Duration | undefined
  /** The version of the code. A run that began with another version waits for a worker that has it. Default: none. */
  version?: string | undefined
  /** The code of earlier versions. A run that began with one of them continues with it. Default: none. */
  previous?: readonly PreviousWorkflow<Event, Own>[] | undefined
  /**
   * The longest time for which a run waits for a worker whose code fits, before it fails without a compensation:
   * milliseconds or `'7d'`. Default 7 days.
   */
  parkTimeout?: number | Duration | undefined
  /** Maximum number of steps in one run, to stop an infinite loop. Default 1,000. */
  maxSteps?: number | undefined
  /** Whether to compensate the completed steps of a cancelled run. Default false. */
  compensateOnCancel?: boolean | undefined
  /**
   * Called after a run has failed and its steps have been compensated. Its errors are logged. Called again if its process
   * dies before the failure is recorded.
   */
  onFailure?: ((error: Error, event: IfEvent<Name, EventMessage<Event>>, context: JobContext) => unknown) | undefined
}

/** The options of `defineWorkflow` for a workflow without an event of `JobEvents`. */
export interface PayloadWorkflowOptions<
  Schema extends JobEvent | StandardSchemaV1,
  Output,
  Own extends boolean = false,
> extends Omit<
  WorkflowOptions<JobEvent, Output, JobEvent, Own>,
  'event' | 'payload' | 'steps' | 'previous' | 'onFailure'
> {
  event?: undefined
  /** The schema of the payload. The workflow is sent itself. */
  payload: Exclude<Schema, string>
  /** Like the `steps` of a workflow with an event. */
  steps: (event: EventMessage<Schema>, step: Steps<Schema, Own>, context: JobContext) => Output | Promise<Output>
  /** Like the `previous` of a workflow with an event. */
  previous?: readonly PreviousWorkflow<Schema, Own>[] | undefined
  /** Like the `onFailure` of a workflow with an event. */
  onFailure?: ((error: Error, event: EventMessage<Schema>, context: JobContext) => unknown) | undefined
}

type WorkflowDefaults = 'maxSteps' | 'parkTimeoutMs' | 'compensateOnCancel'

type CheckedWorkflow = Omit<WithoutDefaults<WorkflowDefinition>, 'event' | WorkflowDefaults> &
  Partial<Pick<WorkflowDefinition, WorkflowDefaults>> &
  CheckedTrigger

/** The declarations of `WorkflowOptions`. */
export const workflowOptions: DeclaredOptions<CheckedWorkflow> = declareOptions<
  WorkflowOptions<JobEvent, unknown, JobEvent, boolean>,
  CheckedWorkflow
>('`defineWorkflow`', {
  id: idOption,
  ...triggerOptions,
  steps: callback({ required: 'Pass a function.', feature: 'workflows' }),
  transaction: transactionOption,
  ...commonOptions,
  debounce: debounceOption,
  version: versionOption,
  previous: previousOption,
  parkTimeout: duration({
    minMs: 1,
    remedy: "Pass at least 1 ms: a number of milliseconds, or a string such as `'7d'`.",
  }),
  maxSteps: integer(),
  compensateOnCancel: boolean({ feature: (isOn: boolean) => (isOn ? ['workflows: compensateOnCancel'] : []) }),
  onFailure: callback(),
})

/**
 * Defines a workflow: durable steps that run when an event is sent. Registers it, like `defineJob`.
 *
 * @throws {InvalidDefinitionError} naming the invalid field.
 * @throws {UnknownEventError} if the event is not declared.
 */
export function defineWorkflow<
  Schema extends JobEvent | StandardSchemaV1,
  Output = unknown,
  Own extends boolean = false,
>(options: PayloadWorkflowOptions<Schema, Output, Own>): WorkflowDefinition<Schema, Output> & OwnJob<Schema>
export function defineWorkflow<
  Event extends JobEvent,
  Output = unknown,
  Name extends string = Event,
  Own extends boolean = false,
>(options: WorkflowOptions<Event, Output, Name, Own>): WorkflowDefinition<Event, Output>
export function defineWorkflow(options: object): WorkflowDefinition {
  return addWorkflow(processJobs(), options, callSite(defineWorkflow))
}

/** Defines a workflow in a registry. @throws like `defineWorkflow` */
export function addWorkflow(jobs: JobRegistry, options: unknown, site: CallSite): WorkflowDefinition {
  const checked = withEvent(jobs, 'defineWorkflow', readDefinition('defineWorkflow', workflowOptions, options))
  checkVersions(checked)
  const definition = Object.freeze({
    kind: 'workflow' as const,
    maxSteps: 1000,
    parkTimeoutMs: 604_800_000,
    compensateOnCancel: false,
    ...checked,
  }) as never
  registerDefinition(jobs, definition, site)
  return definition
}
