import { callSite } from '../call-site.ts'
import type { JobEvent } from '../events/job-events.ts'
import { declareOptions, type DeclaredOptions } from '../options/declare-options.ts'
import { callback } from '../options/kinds.ts'
import {
  commonOptions,
  type DefinitionOptions,
  eventOption,
  idOption,
  readDefinition,
  type Unfilled,
} from './definition-options.ts'
import type { EventMessage } from './event-message.ts'
import type { JobContext } from './job-context.ts'
import type { JobDefinition } from './job-definition.ts'
import { ambientJobs } from './job-registry.ts'

/** What `defineJob` takes. */
export interface JobOptions<Event extends JobEvent, Output> extends DefinitionOptions {
  /** The event whose every send makes one run of this job. */
  event: Event
  /**
   * Does the work, at least once for each send, so let it be idempotent. What it returns is the run's output: JSON, or
   * nothing. A thrown error is retried; `NonRetryableError` and `RetryAfterError` say otherwise.
   */
  handler: (event: EventMessage<Event>, context: JobContext) => Output | Promise<Output>
  /** Called once, after the last attempt failed. What it throws is logged. */
  onFailure?: ((error: Error, event: EventMessage<Event>, context: JobContext) => unknown) | undefined
}

/** What each option of a job may be. */
export const jobOptions: DeclaredOptions<Unfilled<JobDefinition>> = declareOptions<
  JobOptions<JobEvent, unknown>,
  Unfilled<JobDefinition>
>('`defineJob`', {
  id: idOption,
  event: eventOption,
  handler: callback({ required: 'Give a function.' }),
  ...commonOptions,
  onFailure: callback(),
})

/**
 * Declares what is done when an event is sent. The definition registers itself with clients that were given no list of
 * jobs of their own; defining an id again replaces it, as hot reload does.
 *
 * @throws {InvalidDefinitionError} naming the field at fault.
 * @throws {UnknownEventError} when the event is not declared.
 */
export function defineJob<Event extends JobEvent, Output = void>(
  options: JobOptions<Event, Output>,
): JobDefinition<Event, Output> {
  const checked = readDefinition('defineJob', jobOptions, options)
  const definition = Object.freeze({ kind: 'job' as const, ...checked }) as JobDefinition<Event, Output>
  ambientJobs().register(definition, callSite(defineJob))
  return definition
}
