import type { JobEvent } from '../events/job-events.ts'
import type { RetryPolicy } from '../retry/retry-config.ts'
import type { CronSchedule } from '../time/cron-schedule.ts'
import type { WorkflowDefinition } from '../workflows/workflow-definition.ts'
import type { AsJson } from './as-json.ts'
import type { ConcurrencyLimits } from './concurrency.ts'
import type { EventMessage } from './event-message.ts'
import type { CronContext, JobContext } from './job-context.ts'
import type { ProviderOptions } from './provider-options.ts'

/** What every kind of definition has. */
export interface BaseDefinition {
  readonly id: string
  readonly retry: RetryPolicy
  /** How long one attempt may take; absent means no limit. */
  readonly timeoutMs?: number
  readonly concurrency?: ConcurrencyLimits
  readonly providerOptions: ProviderOptions
}

/** What `defineJob` returns. It starts nothing by itself. */
export interface JobDefinition<Event extends JobEvent = JobEvent, Output = unknown> extends BaseDefinition {
  readonly kind: 'job'
  readonly event: Event
  // Methods rather than properties, so that a definition of one event fits where any definition is asked for.
  handler(event: EventMessage<Event>, context: JobContext): Output | Promise<Output>
  onFailure?(error: Error, event: EventMessage<Event>, context: JobContext): unknown
}

/** What `defineCronJob` returns. It starts nothing by itself. */
export interface CronJobDefinition<Output = unknown> extends BaseDefinition {
  readonly kind: 'cron'
  readonly schedule: CronSchedule
  /** `skip`: no new run while the previous one goes on. */
  readonly overlap: 'skip' | 'allow'
  /** Which ticks that were missed are made up for. */
  readonly catchUp: 'none' | 'latest'
  handler(context: CronContext): Output | Promise<Output>
  /** Names the tenants that each get a run of their own. */
  tenants?(): readonly string[] | Promise<readonly string[]>
  onFailure?(error: Error, context: CronContext): unknown
}

/** A definition whose runs an event makes. */
export type EventDefinition = JobDefinition | WorkflowDefinition

/** A definition of any kind. */
export type Definition = EventDefinition | CronJobDefinition

/** What a definition returns, as it arrives: `JobOutput<typeof processOrder>`. A date has become text. */
export type JobOutput<D extends Definition> = AsJson<Awaited<ReturnOf<D>>>

type ReturnOf<D extends Definition> = D extends { steps(...given: never): infer Returned }
  ? Returned
  : D extends { handler(...given: never): infer Returned }
    ? Returned
    : never
