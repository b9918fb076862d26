import type { JobEvent } from '../events/job-events.ts'
import type { RetryPolicy } from '../retry/retry-config.ts'
import type { AttemptMiddleware } from '../runs/attempt-middleware.ts'
import type { CronSchedule } from '../time/cron-schedule.ts'
import type { ConcurrencyLimits } from './concurrency.ts'
import type { EventMessage } from './event-message.ts'
import type { CronContext, JobContext } from './job-context.ts'
import type { ProviderOptions } from '../provider/engine-types.ts'

/** What every kind of definition has. */
export interface BaseDefinition {
  /** Unique among the definitions of a client; engines know its runs by it. */
  readonly id: string
  /** With the defaults filled in. */
  readonly retry: RetryPolicy
  /** How long one attempt may take; absent means no limit. */
  readonly timeoutMs?: number
  /** How many of its runs may be under way at once; absent means any number. */
  readonly concurrency?: ConcurrencyLimits
  /** Wraps the code of its attempts, inside of the client's middleware. */
  readonly middleware?: readonly AttemptMiddleware[]
  /** What was said to one engine alone, by its name. */
  readonly providerOptions: ProviderOptions
}

/** What `defineJob` returns. It starts nothing by itself. */
export interface JobDefinition<Event extends JobEvent = JobEvent, Output = unknown> extends BaseDefinition {
  readonly kind: 'job'
  /** The event that it handles. */
  readonly event: Event
  /** Does the work of one attempt. */
  // Methods rather than properties, so that a definition of one event fits where any definition is asked for.
  handler(event: EventMessage<Event>, context: JobContext): Output | Promise<Output>
  /** Called after the last attempt has failed. */
  onFailure?(error: Error, event: EventMessage<Event>, context: JobContext): unknown
}

/** What `defineCronJob` returns. It starts nothing by itself. */
export interface CronJobDefinition<Output = unknown> extends BaseDefinition {
  readonly kind: 'cron'
  /** The five fields and the zone, as they were checked. */
  readonly schedule: CronSchedule
  /** `skip`: no new run while the previous one goes on. */
  readonly overlap: 'skip' | 'allow'
  /** Which ticks that were missed are made up for. */
  readonly catchUp: 'none' | 'latest'
  /** Does the work of a tick. */
  handler(context: CronContext): Output | Promise<Output>
  /** Names the tenants that each get a run of their own. */
  tenants?(): readonly string[] | Promise<readonly string[]>
  /** Called after the last attempt has failed. */
  onFailure?(error: Error, context: CronContext): unknown
}
