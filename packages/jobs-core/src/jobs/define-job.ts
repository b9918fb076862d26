import type { StandardSchemaV1 } from '@standard-schema/spec'

import { type CallSite, callSite } from '../runtime/call-site.ts'
import type { JobEvent } from '../events/job-events.ts'
import { declareOptions, type DeclaredOptions } from '../options/declare-options.ts'
import { callback } from '../options/kinds.ts'
import {
  commonOptions,
  type DebounceableOptions,
  idOption,
  readDefinition,
  type WithoutDefaults,
} from './definition-options.ts'
import { debounceOption } from './debounce.ts'
import type { EventMessage } from './event-message.ts'
import type { IfEvent } from './if-event.ts'
import type { JobContext, WithTransaction } from './job-context.ts'
import { type CheckedTrigger, triggerOptions, withEvent } from './definition-trigger.ts'
import type { JobDefinition } from './job-definition.ts'
import { type JobRegistry, processJobs } from './job-registry.ts'
import { registerDefinition } from './register-definition.ts'
import type { OwnJob } from './own-job.ts'
import { transactionOption } from './transaction-option.ts'

/** The options of `defineJob`. `Name` is the event as written, which can be misspelled. */
export interface JobOptions<
  Event extends JobEvent,
  Output,
  Name extends string = Event,
  Own extends boolean = false,
> extends DebounceableOptions {
  /** The event to handle. Each send of it starts one run of this job. */
  event: Event | Extract<Name, JobEvent>
  payload?: undefined
  /**
   * Handles the event, at least once for each send: make it idempotent. The return value is the run's output: JSON or
   * nothing. A thrown error causes a retry. Throw `NonRetryableError` or `RetryAfterError` to change that.
   */
  handler: (
    event: IfEvent<Name, EventMessage<Event>>,
    context: WithTransaction<JobContext, Own>,
  ) => Output | Promise<Output>
  /**
   * `true`: the engine opens a transaction in the database of the jobs, passes it to the handler, and records in it that the
   * run has completed. What the handler writes in it exists exactly once. Default: false.
   */
  transaction?: Own | undefined
  /**
   * Called after the last attempt has failed. Errors that it throws are logged. Called again if its process dies before
   * the failure is recorded.
   */
  onFailure?: ((error: Error, event: IfEvent<Name, EventMessage<Event>>, context: JobContext) => unknown) | undefined
}

/** The options of `defineJob` for a job without an event of `JobEvents`. */
export interface PayloadJobOptions<
  Schema extends JobEvent | StandardSchemaV1,
  Output,
  Own extends boolean = false,
> extends DebounceableOptions {
  event?: undefined
  /** The schema of the payload. The job is sent itself. */
  payload: Exclude<Schema, string>
  /** Like the `handler` of a job with an event. */
  handler: (event: EventMessage<Schema>, context: WithTransaction<JobContext, Own>) => Output | Promise<Output>
  /** Like the `transaction` of a job with an event. */
  transaction?: Own | undefined
  /** Like the `onFailure` of a job with an event. */
  onFailure?: ((error: Error, event: EventMessage<Schema>, context: JobContext) => unknown) | undefined
}

type CheckedJob = Omit<WithoutDefaults<JobDefinition>, 'event'> & CheckedTrigger

/** The declarations of the options of a job. */
export const jobOptions: DeclaredOptions<CheckedJob> = declareOptions<
  JobOptions<JobEvent, unknown, JobEvent, boolean>,
  CheckedJob
>('`defineJob`', {
  id: idOption,
  ...triggerOptions,
  handler: callback({ required: 'Pass a function.' }),
  transaction: transactionOption,
  ...commonOptions,
  debounce: debounceOption,
  onFailure: callback(),
})

/**
 * Defines a job that handles an event. It registers the definition with all clients that have no `jobs` option. If two
 * modules define the same id, the later definition is used, as in hot reload.
 *
 * @throws {InvalidDefinitionError} naming the invalid field.
 * @throws {UnknownEventError} if the event is not declared.
 */
export function defineJob<Schema extends JobEvent | StandardSchemaV1, Output = unknown, Own extends boolean = false>(
  options: PayloadJobOptions<Schema, Output, Own>,
): JobDefinition<Schema, Output> & OwnJob<Schema>
// The last one, because the compiler reports its mistakes.
export function defineJob<
  Event extends JobEvent,
  Output = unknown,
  Name extends string = Event,
  Own extends boolean = false,
>(options: JobOptions<Event, Output, Name, Own>): JobDefinition<Event, Output>
export function defineJob(options: object): JobDefinition {
  return addJob(processJobs(), options, callSite(defineJob))
}

/** Defines a job in a registry. @throws like `defineJob` */
export function addJob(jobs: JobRegistry, options: unknown, site: CallSite): JobDefinition {
  const checked = withEvent(jobs, 'defineJob', readDefinition('defineJob', jobOptions, options))
  const definition = Object.freeze({ kind: 'job' as const, ...checked }) as JobDefinition
  registerDefinition(jobs, definition, site)
  return definition
}
