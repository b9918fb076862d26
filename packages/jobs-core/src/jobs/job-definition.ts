import type { StandardSchemaV1 } from '@standard-schema/spec'

import type { EventName, JobEvent } from '../events/job-events.ts'
import type { RetryPolicy } from '../retry/retry-config.ts'
import type { AttemptMiddleware } from '../hooks/attempt-middleware.ts'
import type { ReturnedErrors } from './returned-errors.ts'
import type { Feature } from '../engines/capabilities.ts'
import type { CronSchedule } from '../time/cron-schedule.ts'
import type { ConcurrencyLimits } from './concurrency.ts'
import type { DebounceTimes } from './debounce.ts'
import type { ThrottleLimits } from './throttle.ts'
import type { EventMessage } from './event-message.ts'
import type { CronContext, JobContext } from './job-context.ts'
import type { ProviderOptions } from '../engines/engine-types.ts'

/** The fields of every kind of definition. */
export interface BaseDefinition {
  /** The definition's id, unique within a client. Engines use it to identify the definition's runs. */
  readonly id: string
  /** The retry policy, with defaults. */
  readonly retry: RetryPolicy
  /** The maximum duration of an attempt, in milliseconds. Absent: no limit. */
  readonly timeoutMs?: number
  /** The maximum duration of a run, in milliseconds. Absent: no limit. */
  readonly runTimeoutMs?: number
  /** The maximum number of concurrent runs. Absent: no limit. */
  readonly concurrency?: ConcurrencyLimits
  /** The maximum number of runs that start in a period. Absent: no limit. */
  readonly throttle?: ThrottleLimits
  /** Seconds by which a run that waits for a slot is moved ahead of others. Absent: 0. */
  readonly priority?: number
  /** Wraps the code of attempts, inside the client's middleware. */
  readonly middleware?: readonly AttemptMiddleware[]
  /** The outputs that fail their attempt. Absent: those of the client. */
  readonly returnedErrors?: ReturnedErrors
  /** False if sends and ticks start no runs of it. */
  readonly enabled: boolean
  /** Options for specific engines, by the engine's name. */
  readonly providerOptions: ProviderOptions
}

/** The result of `defineJob`. A send of the event starts a run. */
export interface JobDefinition<
  Event extends JobEvent | StandardSchemaV1 = JobEvent | StandardSchemaV1,
  Output = unknown,
> extends BaseDefinition {
  readonly kind: 'job'
  /** The event to handle. */
  readonly event: EventName<Event>
  /** When only the last of several sends runs. Absent: every send runs. */
  readonly debounce?: DebounceTimes
  /** `true`: the handler's transaction also records its completion. */
  readonly transaction?: boolean
  /** Runs one attempt. */
  // Methods and not properties, so that a definition of one event is assignable to `JobDefinition`.
  handler(event: EventMessage<Event>, context: JobContext): Output | Promise<Output>
  /** Called after the last attempt has failed. Called again if its process dies before the failure is recorded. */
  onFailure?(error: Error, event: EventMessage<Event>, context: JobContext): unknown
}

/** The result of `defineCronJob`. Each tick of the schedule starts a run. */
export interface CronJobDefinition<Output = unknown> extends BaseDefinition {
  readonly kind: 'cron'
  /** The parsed schedule with its time zone. */
  readonly schedule: CronSchedule
  /** `skip`: a tick starts no run while the previous run has not ended. */
  readonly overlap: 'skip' | 'allow'
  /** `latest`: the latest missed tick runs late. `none`: missed ticks are dropped. */
  readonly catchUp: 'none' | 'latest'
  /** `true`: the handler's transaction also records its completion. */
  readonly transaction?: boolean
  /** The features of the engine that the handler needs, besides those of its options. Absent: none. */
  readonly features?: readonly Feature[]
  /** Runs one attempt of a tick. */
  handler(context: CronContext): Output | Promise<Output>
  /** Returns the tenants. Each gets its own run. */
  tenants?(): readonly string[] | Promise<readonly string[]>
  /** Time over which the runs of the tenants start, in milliseconds. Absent: all start at the tick. */
  readonly spreadMs?: number
  /** Called after the last attempt has failed. Called again if its process dies before the failure is recorded. */
  onFailure?(error: Error, context: CronContext): unknown
}
