import type { Definition } from '../jobs/definition.ts'

/** When a cron job runs. */
export interface ScheduleInfo {
  /** The five fields. */
  readonly schedule: string
  /** An IANA time zone name. */
  readonly timezone: string
  /** The next five ticks. */
  readonly nextTicks: readonly Date[]
  /**
   * The ticks at which no run came, the earliest first: of the last 50, at most a month ago. Those before its first run do
   * not count; after a change of the schedule, earlier ticks of the new one do. Absent if it is not enabled, or if the engine
   * does not count runs.
   */
  readonly missedTicks?: readonly Date[]
}

/** A definition of this process. */
export interface DefinitionInfo {
  /** Its id. */
  readonly id: string
  /** The kind of definition, such as `cron` for `defineCronJob`. */
  readonly kind: Definition['kind']
  /** The event that it handles; `cron/<id>` for a cron job. */
  readonly event: string
  /** False if it gets no runs. */
  readonly enabled: boolean
  /** The schedule of a cron job. */
  readonly cron?: ScheduleInfo
  /** Maximum number of attempts. */
  readonly maxAttempts: number
  /** The other options that were set, each as short text, such as `{ concurrency: '10, 2 per tenant', retry: 'exponential from 1s to 1m' }`. */
  readonly options: Readonly<Record<string, string>>
  /** True if it is paused. */
  readonly paused: boolean
  /** Since when it is paused; absent if it is not, or if the engine does not tell. */
  readonly pausedSince?: Date
}
