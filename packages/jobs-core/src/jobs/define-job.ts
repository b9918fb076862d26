import { callSite } from '../call-site.ts'
import type { JobEvent } from '../events/job-events.ts'
import { checkDefinition, checkEvent, type DefinitionOptions } from './check-definition.ts'
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

const fields = [
  'id',
  'event',
  'handler',
  'retry',
  'timeout',
  'concurrency',
  'middleware',
  'onFailure',
  'providerOptions',
]

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
  const checked = checkDefinition('defineJob', options, fields)
  checkEvent(`defineJob(\`${checked.id}\`)`, options.event)
  const definition: JobDefinition<Event, Output> = Object.freeze({
    kind: 'job' as const,
    ...checked,
    event: options.event,
    handler: options.handler,
    ...(options.onFailure && { onFailure: options.onFailure }),
  })
  ambientJobs().register(definition, callSite(defineJob))
  return definition
}
