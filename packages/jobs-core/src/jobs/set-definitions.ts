import type { StandardSchemaV1 } from '@standard-schema/spec'

import type { Signal } from '../events/define-signal.ts'
import type { EventIn, EventNameOf, EventSchemas } from '../events/instance-events.ts'
import type { BuiltInEvents } from '../events/catalogue/built-in-events.ts'
import type { SchemaInput, TenantInput } from '../events/job-events.ts'
import type { OwnEvent } from '../events/own-event.ts'
import type { JobHandle } from '../sends/send-options.ts'
import type { BatchJobDefinition } from './batch-job-definition.ts'
import type { PayloadBatchJobOptions } from './define-batch-job.ts'
import type { CronJobOptions } from './define-cron-job.ts'
import type { PayloadJobOptions } from './define-job.ts'
import type { PayloadWorkflowOptions } from './define-workflow.ts'
import type { EventMessage } from './event-message.ts'
import type { JobContext } from './job-context.ts'
import type { CronJobDefinition, JobDefinition } from './job-definition.ts'
import type { OutputOf } from './output-of.ts'
import type { OwnJob } from './own-job.ts'
import type { Steps, StepSendOptions, WaitForEventOptions, WorkflowDefinition } from './steps.ts'

/** The options of a definition of an event, from those of a definition with `payload`. */
type WithEvent<Options, Name> = Omit<Options, 'event' | 'payload' | 'steps'> & {
  /** The event to handle. Each send of it starts one run. */
  event: Name
  payload?: undefined
}

/** The functions that define jobs of one `createJobs`. */
export interface SetDefinitions<Events extends EventSchemas> {
  /** Same as the function `defineJob`, for these jobs and events. */
  defineJob<Schema extends StandardSchemaV1, Output = unknown, Own extends boolean = false>(
    options: PayloadJobOptions<Schema, Output, Own>,
  ): JobDefinition<Schema, Output> & OwnJob<Schema>
  /** Same as the function `defineJob`, for these jobs and events. */
  defineJob<Name extends EventNameOf<Events>, Output = unknown, Own extends boolean = false>(
    options: WithEvent<PayloadJobOptions<EventIn<Events, Name>, Output, Own>, Name>,
  ): JobDefinition<EventIn<Events, Name>, Output>
  /** Same as the function `defineBatchJob`, for these jobs and events. */
  defineBatchJob<Schema extends StandardSchemaV1, Output = unknown>(
    options: PayloadBatchJobOptions<Schema, Output>,
  ): BatchJobDefinition<Schema, Output> & OwnJob<Schema>
  /** Same as the function `defineBatchJob`, for these jobs and events. */
  defineBatchJob<Name extends EventNameOf<Events>, Output = unknown>(
    options: WithEvent<PayloadBatchJobOptions<EventIn<Events, Name>, Output>, Name>,
  ): BatchJobDefinition<EventIn<Events, Name>, Output>
  /** Same as the function `defineWorkflow`, for these jobs and events. */
  defineWorkflow<Schema extends StandardSchemaV1, Output = unknown, Own extends boolean = false>(
    options: Omit<PayloadWorkflowOptions<Schema, Output, Own>, 'steps'> & {
      steps(
        event: EventMessage<Schema>,
        step: SetSteps<Events, Schema, Own>,
        context: JobContext,
      ): Output | Promise<Output>
    },
  ): WorkflowDefinition<Schema, Output> & OwnJob<Schema>
  /** Same as the function `defineWorkflow`, for these jobs and events. */
  defineWorkflow<Name extends EventNameOf<Events>, Output = unknown, Own extends boolean = false>(
    options: WithEvent<PayloadWorkflowOptions<EventIn<Events, Name>, Output, Own>, Name> & {
      /** The workflow as ordinary code, which is replayed after a wait or a crash. */
      steps(
        event: EventMessage<EventIn<Events, Name>>,
        step: SetSteps<Events, EventIn<Events, Name>, Own>,
        context: JobContext,
      ): Output | Promise<Output>
    },
  ): WorkflowDefinition<EventIn<Events, Name>, Output>
  /** Same as the function `defineCronJob`, for these jobs. Its ticks start with `start`, or with the first send. */
  defineCronJob<Output = unknown, Own extends boolean = false>(
    options: CronJobOptions<Output, Own>,
  ): CronJobDefinition<Output>
  /** Same as the function `defineSignal`, for these jobs. */
  defineSignal<Schema extends StandardSchemaV1<object, object>>(name: string, schema: Schema): Signal<Schema>
}

/** The durable steps of a workflow of one `createJobs`. */
export interface SetSteps<
  Events extends EventSchemas,
  Trigger extends StandardSchemaV1,
  Own extends boolean = false,
> extends Omit<Steps<Trigger, Own>, 'waitForEvent' | 'sendEvent' | 'runJob'> {
  /** Waits until an event of the same tenant is sent. Returns `null` if none comes in time. */
  waitForEvent<Name extends EventNameOf<Events>>(
    id: string,
    event: Name,
    options: WaitForEventOptions<Trigger, EventIn<Events, Name>>,
  ): Promise<EventMessage<EventIn<Events, Name>> | null>
  /** Sends an event of the same tenant once, however often the code is replayed. */
  sendEvent<Event extends EventNameOf<Events> | OwnEvent>(
    id: string,
    event: Event,
    payload: TenantInput<SentEvent<Events, Event>>,
    options?: StepSendOptions,
  ): Promise<JobHandle<SentEvent<Events, Event>>>
  /** Runs a definition once, waits until the run has ended, and returns its output. */
  runJob<Job extends JobDefinition | BatchJobDefinition | WorkflowDefinition>(
    id: string,
    definition: Job,
    payload: TenantInput<Job extends OwnEvent ? Job : EventIn<Events, Job['event']>>,
    options?: StepSendOptions,
  ): Promise<OutputOf<Job>>
}

/** The payload that a sender passes for a name, or for a job with `payload`. */
export type SentInput<Events extends EventSchemas, Event> = SchemaInput<
  Event extends keyof Events
    ? Events[Event]
    : Event extends keyof BuiltInEvents
      ? BuiltInEvents[Event]
      : Event extends OwnEvent<infer Schema>
        ? Schema
        : never
>

/** An event that is sent: a name, or a job with `payload`. */
export type SentEvent<Events extends EventSchemas, Event> = Event extends OwnEvent ? Event : EventIn<Events, Event>
