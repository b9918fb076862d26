import type { StandardSchemaV1 } from '@standard-schema/spec'

import type { Signal } from '../events/define-signal.ts'
import type { JobEvent, JobInput, TenantInput } from '../events/job-events.ts'
import type { OwnEvent } from '../events/own-event.ts'
import type { JobInspector, TenantInspector } from '../inspection/job-inspector.ts'
import type { TenantData } from '../inspection/tenant-data.ts'
import type { Pause, PauseTarget } from '../jobs/pause.ts'
import { declareOptions, type DeclaredOptions, type CheckedOptions } from '../options/declare-options.ts'
import { abortSignal, integer, duration, string, oneOf } from '../options/kinds.ts'
import { maxIdLength } from '../options/text-problem.ts'
import type { Health } from '../provider/health.ts'
import type { JobPage } from '../status/job-page.ts'
import type { Capabilities } from '../engines/capabilities.ts'
import { type JobState, jobStates } from '../status/job-state.ts'
import type { JobStatus } from '../status/job-status.ts'
import type { Duration } from '../options/duration.ts'
import { referenceOption } from '../sends/reference-option.ts'
import type { SignalTokenOptions, TokenOptions } from './signal-token-options.ts'
import type { SignalOptions } from './signal-job.ts'
import type { JobHandle, JobItem, OwnItem, ScheduleOptions, SendOptions, SendResult } from '../sends/send-options.ts'

/** Filters and paging of `listJobs`. */
export interface ListOptions {
  /** Lists only the jobs of this tenant. */
  tenantId?: string | undefined
  /** Lists only jobs in this state. */
  state?: JobState | undefined
  /**
   * Lists only jobs of this event: `cron/<id>` for a cron job, `job/<id>` for a job that was sent itself, `signal/<name>`
   * for signals.
   */
  event?: JobEvent | `cron/${string}` | `job/${string}` | `signal/${string}` | undefined
  /** Lists only jobs that were sent with this `reference`. */
  reference?: string | undefined
  /** The maximum number of jobs: 1 to 1,000. Default: 50. */
  limit?: number | undefined
  /** The `cursor` of the previous page. */
  cursor?: string | undefined
}

/** The declarations of the options of `listJobs`. */
export const listOptions: DeclaredOptions<CheckedOptions<ListOptions>> = declareOptions<ListOptions>('`listJobs`', {
  tenantId: string({
    maxLength: maxIdLength,
    remedy: 'Pass the id of a tenant, or omit it to list the jobs of all tenants.',
  }),
  state: oneOf(jobStates),
  event: string({ maxLength: maxIdLength, remedy: 'Pass the name of an event, or `cron/<definition>`.' }),
  reference: referenceOption,
  limit: integer({ max: 1000 }),
  cursor: string({ remedy: 'Pass the `cursor` of the previous page, or omit it.' }),
})

/** The filters of `cancelJobs`. */
export interface CancelOptions {
  /** Cancels only jobs that were sent with this `reference`. */
  reference: string
  /** Cancels only the jobs of this tenant. */
  tenantId?: string | undefined
  /** Cancels only jobs of this event. */
  event?: ListOptions['event']
}

/** The declarations of the options of `cancelJobs`. */
export const cancelOptions: DeclaredOptions<CheckedOptions<CancelOptions>> = declareOptions<CancelOptions>(
  '`cancelJobs`',
  {
    reference: { ...referenceOption, required: "Name the jobs to cancel: `{ reference: 'order_456' }`." },
    tenantId: string({
      maxLength: maxIdLength,
      remedy: 'Pass the id of a tenant, or omit it to cancel the jobs of all tenants.',
    }),
    event: string({ maxLength: maxIdLength, remedy: 'Pass the name of an event.' }),
  },
)

/** The options of `waitForJob`. */
export interface WaitOptions {
  /** The wait limit: milliseconds or `'30s'`. `WaitTimeoutError` is thrown after it. Default: no limit. */
  timeout?: number | Duration | undefined
  /** Stops waiting when it aborts, with the signal's reason. The job continues. */
  signal?: AbortSignal | undefined
}

/** The declarations of the options of `waitForJob`. */
export const waitOptions: DeclaredOptions<CheckedOptions<WaitOptions>> = declareOptions<WaitOptions>('`waitForJob`', {
  timeout: duration(),
  signal: abortSignal(),
})

/** The options of `close`. */
export interface CloseOptions {
  /** Time for sends and running attempts to end before they are aborted. Default: `'10s'`. */
  timeout?: number | Duration | undefined
}

/** The declarations of the options of `close`. */
export const closeOptions: DeclaredOptions<CheckedOptions<CloseOptions>> = declareOptions<CloseOptions>('`close`', {
  timeout: duration(),
})

/** Operations on jobs by id. They work in any process that has the engine's keys. */
export interface JobOperations {
  /** Returns the job's state and runs. @throws {JobNotFoundError} */
  getJobStatus(id: string): Promise<JobStatus>
  /**
   * Cancels the job and returns its status. A job that has already ended keeps its state.
   *
   * @throws {JobNotFoundError}
   */
  cancelJob(id: string): Promise<JobStatus>
  /**
   * Retries a failed job: starts a new run for each definition that failed. An unhandled job is due again, and gets a run
   * of each definition that handles its event by now. The job's id stays the same.
   *
   * @throws {JobNotFoundError}
   * @throws {JobNotRetryableError} if the job is neither failed nor unhandled.
   */
  retryJob(id: string): Promise<JobHandle>
  /**
   * Sends a signal to the workflow of a job. It waits until a `step.waitForSignal` of the job takes it. A signal can be
   * given by its name; its name and payload are checked only if this process defines it.
   *
   * @throws {JobNotFoundError}
   * @throws {JobNotSignalableError} if the job has ended or runs no workflow.
   * @throws {PayloadInvalidError}
   * @throws {UnsupportedFeatureError} if the engine runs no workflows.
   */
  signalJob<Schema extends StandardSchemaV1>(
    id: string,
    signal: Signal<Schema> | string,
    payload: StandardSchemaV1.InferInput<Schema>,
    options?: SignalOptions,
  ): Promise<void>
  /**
   * Waits until the job completes, fails, expires, is cancelled or is superseded.
   *
   * @throws {JobNotFoundError}
   * @throws {WaitTimeoutError} after the wait limit. The job continues.
   * @throws {WaitInHandlerError} in a handler. Use `step.runJob` of a workflow there.
   */
  waitForJob(id: string, options?: WaitOptions): Promise<JobStatus>
}

/** A client that sends, reads and controls jobs on one engine. */
export interface JobClient extends JobOperations {
  /** Sends an event. Resolves when the engine has accepted it. */
  sendJob<Event extends JobEvent | OwnEvent>(
    event: Event,
    payload: JobInput<Event>,
    options?: SendOptions,
  ): Promise<JobHandle<Event>>
  /** An alias of `sendJob`. */
  sendEvent<Event extends JobEvent | OwnEvent>(
    event: Event,
    payload: JobInput<Event>,
    options?: SendOptions,
  ): Promise<JobHandle<Event>>
  /** Sends an event that is handled later. */
  scheduleJob<Event extends JobEvent | OwnEvent>(
    event: Event,
    payload: JobInput<Event>,
    options: ScheduleOptions,
  ): Promise<JobHandle<Event>>
  /** Sends many events. Returns one result per item, in order. A failed item does not affect the others. */
  sendJobs<Job extends OwnEvent = never>(items: readonly (JobItem | OwnItem<Job>)[]): Promise<SendResult[]>
  /** Lists jobs, newest first. */
  listJobs(options?: ListOptions): Promise<JobPage>
  /**
   * Cancels the jobs with a reference that have not ended, and returns their ids. Safe to repeat. If some cannot be
   * cancelled, it cancels the others, then throws the first error.
   */
  cancelJobs(options: CancelOptions): Promise<string[]>
  /**
   * Pauses a definition or a tenant: its runs do not start until `resumeJobs`. Sends are still accepted, and running
   * attempts continue. Safe to repeat.
   *
   * @throws {UnsupportedFeatureError} if the engine cannot pause a definition or a tenant.
   */
  pauseJobs(target: PauseTarget): Promise<void>
  /** Resumes a definition or a tenant: its waiting runs start, in order. Safe to repeat. */
  resumeJobs(target: PauseTarget): Promise<void>
  /** Returns the definitions and tenants that are paused. */
  listPauses(): Promise<readonly Pause[]>
  /** Returns a signed token, for a link that sends a signal with `signalWithToken`. */
  createSignalToken<Schema extends StandardSchemaV1>(options: SignalTokenOptions<Schema>): Promise<string>
  /**
   * Sends the signal of a token. Repeated calls within a day send it once.
   *
   * @throws {SignalTokenInvalidError}
   * @throws {JobNotFoundError}
   * @throws {JobNotSignalableError} if the job has ended or runs no workflow.
   * @throws {PayloadInvalidError}
   */
  signalWithToken(token: string, payload?: unknown, options?: TokenOptions): Promise<void>
  /** Reads jobs in detail and steers many at once. */
  readonly inspect: JobInspector
  /** Returns a client for one tenant. It cannot see the jobs of other tenants. */
  forTenant(tenantId: string): TenantClient
  /** Returns a client for the platform's own jobs. Their tenant is `system`, for which no other client can send. */
  forSystem(): TenantClient
  /** Checks that the engine is reachable and can run the jobs. */
  healthCheck(): Promise<Health>
  /** Returns the engine's capabilities. */
  capabilities(): Promise<Capabilities>
  /** Makes this process a worker that stays alive until `close`. Sends do not need it. */
  start(): Promise<void>
  /** Stops accepting sends, waits for sends and running attempts until the timeout, then aborts those that are left. */
  close(options?: CloseOptions): Promise<void>
}

/** One item of a tenant client's `sendJobs`. */
export type TenantJobItem = {
  [E in JobEvent]: { event: E; payload: TenantInput<E>; options?: SendOptions | undefined }
}[JobEvent]

/** A client that sends, reads, cancels, retries, exports and erases the jobs of one tenant only. */
export interface TenantClient extends JobOperations, TenantData {
  /** The id of the tenant. */
  readonly tenantId: string
  /** Same as `JobClient.inspect`, for this tenant only. @throws {TenantMismatchError} for another `tenantId` */
  readonly inspect: TenantInspector
  /** Same as `JobClient.sendJob`, for this tenant. */
  sendJob<Event extends JobEvent | OwnEvent>(
    event: Event,
    payload: TenantInput<Event>,
    options?: SendOptions,
  ): Promise<JobHandle<Event>>
  /** Same as `JobClient.scheduleJob`, for this tenant. */
  scheduleJob<Event extends JobEvent | OwnEvent>(
    event: Event,
    payload: TenantInput<Event>,
    options: ScheduleOptions,
  ): Promise<JobHandle<Event>>
  /** Same as `JobClient.sendJobs`, for this tenant. */
  sendJobs<Job extends OwnEvent = never>(
    items: readonly (TenantJobItem | OwnItem<Job, TenantInput<Job>>)[],
  ): Promise<SendResult[]>
  /** Same as `JobClient.listJobs`, for this tenant only. @throws {TenantMismatchError} for another `tenantId` */
  listJobs(options?: Omit<ListOptions, 'tenantId'> & { tenantId?: undefined }): Promise<JobPage>
  /** Same as `JobClient.cancelJobs`, for this tenant only. @throws {TenantMismatchError} for another `tenantId` */
  cancelJobs(options: Omit<CancelOptions, 'tenantId'> & { tenantId?: undefined }): Promise<string[]>
  /** Same as `JobClient.pauseJobs`, for this tenant only. */
  pauseJobs(): Promise<void>
  /** Same as `JobClient.resumeJobs`, for this tenant only. */
  resumeJobs(): Promise<void>
  /** Returns the pauses that hold runs of this tenant: its own, and those of definitions. */
  listPauses(): Promise<readonly Pause[]>
}
