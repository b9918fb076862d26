import type { StandardSchemaV1 } from '@standard-schema/spec'

import type { EventName, JobEvent } from '../events/job-events.ts'
import type { Logger } from '../logging/logger.ts'
import type { EventMessage } from './event-message.ts'
import type { JobContext } from './job-context.ts'
import type { BaseDefinition } from './job-definition.ts'

/** An event of a batch, with the facts about its own run. */
export interface BatchEvent<Event extends JobEvent | StandardSchemaV1 = JobEvent> extends EventMessage<Event> {
  /** The id of its run. */
  readonly runId: string
  /** The number of its attempt, starting at 1. */
  readonly attempt: number
  /** The maximum number of attempts of its run. */
  readonly maxAttempts: number
}

/** The context of a batch, passed to its handler. */
export interface BatchContext<Event extends JobEvent | StandardSchemaV1 = JobEvent> {
  /** The tenant of all events. */
  readonly tenantId: string
  /** A logger that adds `tenantId`, `definitionId` and `events`, the number of events, to every line. */
  readonly logger: Logger
  /** Aborts when all jobs are cancelled, the attempt times out or the engine closes. */
  readonly signal: AbortSignal
  /**
   * Fails one event of the batch, as if its handler had thrown `error`. The other events are not affected. The first
   * error of an event counts.
   *
   * @throws {InvalidOptionError} if the event is not one of the batch.
   */
  fail(event: BatchEvent<Event>, error: unknown): void
}

/** The result of a batch handler: one output for each event, in order, or nothing. */
export type BatchOutputs<Output> = readonly Output[] | undefined | void

/** The result of `defineBatchJob`. Each send of the event starts a run, and runs of a tenant share an attempt. */
export interface BatchJobDefinition<
  Event extends JobEvent | StandardSchemaV1 = JobEvent | StandardSchemaV1,
  Output = unknown,
> extends BaseDefinition {
  readonly kind: 'batch'
  /** The event to handle. */
  readonly event: EventName<Event>
  /** The maximum number of events in a batch. */
  readonly maxSize: number
  /** The maximum time that an event waits for others, in milliseconds. */
  readonly maxWaitMs: number
  /** Runs one attempt of several runs. */
  // Methods and not properties, so that a definition of one event is assignable to `BatchJobDefinition`.
  handler(
    events: readonly BatchEvent<Event>[],
    context: BatchContext<Event>,
  ): BatchOutputs<Output> | Promise<BatchOutputs<Output>>
  /**
   * Called for each event whose last attempt has failed. Called again if its process dies before the failure is recorded.
   */
  onFailure?(error: Error, event: EventMessage<Event>, context: JobContext): unknown
}
