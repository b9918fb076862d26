import type { StandardSchemaV1 } from '@standard-schema/spec'

import { type CallSite, callSite } from '../runtime/call-site.ts'
import type { JobEvent } from '../events/job-events.ts'
import { declareOptions, type DeclaredOptions } from '../options/declare-options.ts'
import { callback, integer } from '../options/kinds.ts'
import type { Duration } from '../options/duration.ts'
import type { BatchContext, BatchEvent, BatchJobDefinition, BatchOutputs } from './batch-job-definition.ts'
import {
  commonOptions,
  type DefinitionOptions,
  idOption,
  readDefinition,
  type WithoutDefaults,
} from './definition-options.ts'
import { type CheckedTrigger, triggerOptions, withEvent } from './definition-trigger.ts'
import type { EventMessage } from './event-message.ts'
import type { IfEvent } from './if-event.ts'
import type { JobContext } from './job-context.ts'
import type { OwnJob } from './own-job.ts'
import { periodOption } from './period-option.ts'
import { refusePayloadKeys } from './refuse-payload-keys.ts'
import { type JobRegistry, processJobs } from './job-registry.ts'
import { registerDefinition } from './register-definition.ts'

/** The options that bound a batch. */
interface BatchBounds extends DefinitionOptions {
  /** The maximum number of events in a batch: 1 to 1,000. */
  maxSize: number
  /** The maximum time that an event waits for others: milliseconds or `'5s'`, from 1 s to 7 days. */
  maxWait: number | Duration
}

/** The options of `defineBatchJob`. `Name` is the event as written, which can be misspelled. */
export interface BatchJobOptions<Event extends JobEvent, Output, Name extends string = Event> extends BatchBounds {
  /** The event to handle. Each send of it starts one run of this job. */
  event: Event | Extract<Name, JobEvent>
  payload?: undefined
  /**
   * Handles events of one tenant, each at least once: make it idempotent. Returns one output for each event, in order,
   * or nothing. A thrown error fails all events, and `context.fail(event, error)` a single one.
   */
  handler: (
    events: readonly IfEvent<Name, BatchEvent<Event>>[],
    context: IfEvent<Name, BatchContext<Event>>,
  ) => BatchOutputs<Output> | Promise<BatchOutputs<Output>>
  /**
   * Called for each event whose last attempt has failed. Errors that it throws are logged. Called again if its process
   * dies before the failure is recorded.
   */
  onFailure?: ((error: Error, event: IfEvent<Name, EventMessage<Event>>, context: JobContext) => unknown) | undefined
}

/** The options of `defineBatchJob` for a job without an event of `JobEvents`. */
export interface PayloadBatchJobOptions<Schema extends JobEvent | StandardSchemaV1, Output> extends BatchBounds {
  event?: undefined
  /** The schema of the payload. The job is sent itself. */
  payload: Exclude<Schema, string>
  /** Like the `handler` of a batch job with an event. */
  handler: (
    events: readonly BatchEvent<Schema>[],
    context: BatchContext<Schema>,
  ) => BatchOutputs<Output> | Promise<BatchOutputs<Output>>
  /** Like the `onFailure` of a batch job with an event. */
  onFailure?: ((error: Error, event: EventMessage<Schema>, context: JobContext) => unknown) | undefined
}

type CheckedBatchJob = Omit<WithoutDefaults<BatchJobDefinition>, 'event'> & CheckedTrigger

/** The declarations of the options of a batch job. */
export const batchJobOptions: DeclaredOptions<CheckedBatchJob> = declareOptions<
  BatchJobOptions<JobEvent, unknown>,
  CheckedBatchJob
>('`defineBatchJob`', {
  id: idOption,
  ...triggerOptions,
  maxSize: integer({ max: 1000, feature: 'batches', required: 'Pass the maximum number of events, such as `100`.' }),
  maxWait: periodOption('time', {
    required: "Pass the maximum time that an event waits for others, such as `'5s'`.",
    example: '5s',
  }),
  handler: callback({ required: 'Pass a function.' }),
  ...commonOptions,
  onFailure: callback(),
})

/**
 * Defines a job whose handler gets several events of one tenant in one call. Registers it, like `defineJob`. A batch
 * starts when `maxSize` events wait, or when the first has waited for `maxWait`. Each event has its own job, run, status
 * and retries.
 *
 * @throws {InvalidDefinitionError} naming the invalid field.
 * @throws {UnknownEventError} if the event is not declared.
 */
export function defineBatchJob<Schema extends JobEvent | StandardSchemaV1, Output = unknown>(
  options: PayloadBatchJobOptions<Schema, Output>,
): BatchJobDefinition<Schema, Output> & OwnJob<Schema>
// The last one, because the compiler reports its mistakes.
export function defineBatchJob<Event extends JobEvent, Output = unknown, Name extends string = Event>(
  options: BatchJobOptions<Event, Output, Name>,
): BatchJobDefinition<Event, Output>
export function defineBatchJob(options: object): BatchJobDefinition {
  return addBatchJob(processJobs(), options, callSite(defineBatchJob))
}

/** Defines a batch job in a registry. @throws like `defineBatchJob` */
export function addBatchJob(jobs: JobRegistry, options: unknown, site: CallSite): BatchJobDefinition {
  const checked = readDefinition('defineBatchJob', batchJobOptions, options)
  refusePayloadKeys('defineBatchJob', checked, 'the events of a batch can have several values of it')
  const definition = Object.freeze({ kind: 'batch' as const, ...withEvent(jobs, 'defineBatchJob', checked) }) as never
  registerDefinition(jobs, definition, site)
  return definition
}
