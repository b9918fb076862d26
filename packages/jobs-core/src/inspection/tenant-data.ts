import type { JobDetails } from '../status/job-details.ts'
import type { ChangeJobsOptions, ChangeJobsResult } from './job-inspector.ts'

/** Options of `erase`. */
export interface EraseOptions extends Pick<ChangeJobsOptions, 'signal'> {
  /** Called after each job that is cancelled and after each batch that is erased, and awaited. An error stops the call. */
  onProgress?: ((progress: EraseResult) => unknown) | undefined
}

/** The progress or result of `erase`. */
export interface EraseResult extends Pick<ChangeJobsResult, 'failed' | 'failures'> {
  /** Number of open jobs that were cancelled. */
  readonly cancelled: number
  /** Number of jobs that were deleted with all that belongs to them. */
  readonly erased: number
  /** Number of jobs that could not be deleted yet: a handler or a compensation still runs, or they are open again. */
  readonly left: number
  /** A sentence for each thing that stays although the call is complete, and for how long. */
  readonly kept: readonly string[]
  /** True if another call would find nothing to do. */
  readonly isComplete: boolean
}

/** The data of one tenant. */
export interface TenantData {
  /**
   * Cancels the tenant's open jobs that were sent before the call, then deletes its jobs with payloads, outputs, errors,
   * steps, references and keys. An engine that cannot delete says in `kept` what stays. Safe to interrupt and repeat.
   *
   * @throws {UnsupportedFeatureError} if the engine cannot list jobs.
   */
  erase(options?: EraseOptions): Promise<EraseResult>
  /**
   * Reads all jobs of the tenant that were sent before the call, with everything that the engine knows about each.
   *
   * @throws {UnsupportedFeatureError} if the engine cannot list or read jobs.
   */
  export(): AsyncIterable<JobDetails>
}
