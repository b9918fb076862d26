import type { JobEvent } from '../events/job-events.ts'
import type { JobState } from './job-state.ts'

/** Selects jobs. All conditions must hold. */
export interface JobFilter {
  /** Only the jobs of this tenant. */
  tenantId?: string | undefined
  /** Only jobs with a run of this definition. */
  definitionId?: string | undefined
  /** Only jobs in one of these states. */
  states?: readonly JobState[] | undefined
  /** Only jobs of this event: for a cron job `cron/<id>`, for a job that was sent itself `job/<id>`. */
  event?: JobEvent | `cron/${string}` | `job/${string}` | undefined
  /** Only jobs that were sent with this `reference`. */
  reference?: string | undefined
  /** Only jobs that were sent at this time or later. */
  since?: Date | undefined
  /** Only jobs that were sent before this time. */
  until?: Date | undefined
  /** Only jobs with a run that ended at this time or later. A job without runs ends by itself. */
  endedSince?: Date | undefined
  /** Only jobs with a run that ended before this time, and with `endedSince` the same run. */
  endedUntil?: Date | undefined
  /** Only jobs with this text in the name or message of a run's last error. Upper and lower case are equal. */
  errorText?: string | undefined
  /**
   * Only jobs with this text in the JSON of their payload, such as a value in it. Upper and lower case are equal. Only of the
   * payloads that the engine still has.
   */
  payloadText?: string | undefined
  /**
   * Only jobs with a run that has failed with an error of this group, or is retried after one: the `errorGroup` of
   * `inspect.listErrors`. With `definitionId`, the same run.
   */
  errorGroup?: string | undefined
}
