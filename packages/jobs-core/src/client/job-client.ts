import type { JobEvent, JobInput, TenantInput } from '../events/job-events.ts'
import { declareOptions, type DeclaredOptions, type CheckedOptions } from '../options/declare-options.ts'
import { kindOf } from '../options/kind-of.ts'
import { integer, duration, string, custom, oneOf } from '../options/kinds.ts'
import type { Health } from '../provider/health.ts'
import type { JobPage } from '../provider/job-page.ts'
import type { Capabilities } from '../provider/capabilities.ts'
import type { JobState } from '../runs/job-state.ts'
import type { JobStatus } from '../runs/job-status.ts'
import type { Duration } from '../time/duration.ts'
import type { JobHandle, JobItem, ScheduleOptions, SendOptions, SendResult } from './send-options.ts'

/** Filters and paging of `listJobs`. */
export interface ListOptions {
  /** Of this tenant alone. */
  tenantId?: string | undefined
  /** In this state alone. */
  state?: JobState | undefined
  /** Of this event alone; `cron/<definition>` for the ticks of a schedule. */
  event?: JobEvent | `cron/${string}` | undefined
  /** 1 to 1,000, default 50. */
  limit?: number | undefined
  /** The `cursor` of the page before. */
  cursor?: string | undefined
}

/** What each option of `listJobs` may be. */
export const listOptions: DeclaredOptions<CheckedOptions<ListOptions>> = declareOptions<ListOptions>('`listJobs`', {
  tenantId: string({ remedy: 'Give the id of a tenant, or leave it out for all.' }),
  state: oneOf(['scheduled', 'queued', 'running', 'retrying', 'completed', 'failed', 'cancelled', 'expired']),
  event: custom(),
  limit: integer({ max: 1000 }),
  cursor: custom(),
})

/** How long `waitForJob` waits. */
export interface WaitOptions {
  /** Then it throws `WaitTimeoutError`. Default: no limit. */
  timeout?: number | Duration | undefined
  /** Ends the waiting with the signal's reason. The job goes on. */
  signal?: AbortSignal | undefined
}

/** What each option of `waitForJob` may be. */
export const waitOptions: DeclaredOptions<CheckedOptions<WaitOptions>> = declareOptions<WaitOptions>('`waitForJob`', {
  timeout: duration(),
  signal: custom((signal: unknown, name, createError) => {
    // Told by what it can do, since test environments and other realms have classes of their own.
    const { throwIfAborted, addEventListener } = (signal ?? {}) as Partial<AbortSignal>
    if (typeof throwIfAborted === 'function' && typeof addEventListener === 'function') return signal as AbortSignal
    throw createError(name, `is ${kindOf(signal)}, not an AbortSignal`, 'Give the `signal` of an AbortController.')
  }),
})

/** How a client closes. */
export interface CloseOptions {
  /** How long attempts under way may go on before they are aborted. Default `'10s'`. */
  timeout?: number | Duration | undefined
}

/** What each option of `close` may be. */
export const closeOptions: DeclaredOptions<CheckedOptions<CloseOptions>> = declareOptions<CloseOptions>('`close`', {
  timeout: duration(),
})

/** What can be done with jobs. Everything that takes an id works from any process that has the engine's keys. */
export interface JobOperations {
  /** The job's state and runs. @throws {JobNotFoundError} */
  getJobStatus(id: string): Promise<JobStatus>
  /** Ends the job; answers its state afterwards: `cancelled`, or as it had ended before. @throws {JobNotFoundError} */
  cancelJob(id: string): Promise<JobStatus>
  /** Runs the failed definitions of a failed job again, under the same id. @throws {JobNotRetryableError} or {JobNotFoundError} */
  retryJob(id: string): Promise<JobHandle>
  /** Waits until the job has ended, in whatever way. @throws {WaitTimeoutError} or {JobNotFoundError} */
  waitForJob(id: string, options?: WaitOptions): Promise<JobStatus>
}

/** Sends and looks after jobs on one engine. */
export interface JobClient extends JobOperations {
  /** Sends an event; resolves when the engine has it. */
  sendJob<Event extends JobEvent>(
    event: Event,
    payload: JobInput<Event>,
    options?: SendOptions,
  ): Promise<JobHandle<Event>>
  /** The same as `sendJob`. */
  sendEvent<Event extends JobEvent>(
    event: Event,
    payload: JobInput<Event>,
    options?: SendOptions,
  ): Promise<JobHandle<Event>>
  /** Sends an event to be handled later. */
  scheduleJob<Event extends JobEvent>(
    event: Event,
    payload: JobInput<Event>,
    options: ScheduleOptions,
  ): Promise<JobHandle<Event>>
  /** Sends many; answers one result per item, in order. One that is refused stops none of the others. */
  sendJobs(items: readonly JobItem[]): Promise<SendResult[]>
  /** Jobs, newest first. */
  listJobs(options?: ListOptions): Promise<JobPage>
  /** A client of one tenant: another tenant's jobs do not exist for it. */
  forTenant(tenantId: string): TenantClient
  /** Whether the engine answers and would run the jobs. */
  healthCheck(): Promise<Health>
  /** What the engine can do. */
  capabilities(): Promise<Capabilities>
  /** Makes this process a worker that stays alive until `close`. Sending needs no start. */
  start(): Promise<void>
  /** Takes no more sends, lets running attempts end, then aborts them. */
  close(options?: CloseOptions): Promise<void>
}

/** One item of a tenant client's `sendJobs`. */
export type TenantJobItem = {
  [E in JobEvent]: { event: E; payload: TenantInput<E>; options?: SendOptions | undefined }
}[JobEvent]

/** A client that sends, reads, cancels and retries the jobs of one tenant only. */
export interface TenantClient extends JobOperations {
  /** The tenant that it sends and reads for. */
  readonly tenantId: string
  /** As `JobClient.sendJob`, for this tenant. */
  sendJob<Event extends JobEvent>(
    event: Event,
    payload: TenantInput<Event>,
    options?: SendOptions,
  ): Promise<JobHandle<Event>>
  /** As `JobClient.scheduleJob`, for this tenant. */
  scheduleJob<Event extends JobEvent>(
    event: Event,
    payload: TenantInput<Event>,
    options: ScheduleOptions,
  ): Promise<JobHandle<Event>>
  /** As `JobClient.sendJobs`, for this tenant. */
  sendJobs(items: readonly TenantJobItem[]): Promise<SendResult[]>
  /** As `JobClient.listJobs`, of this tenant alone. */
  listJobs(options?: Omit<ListOptions, 'tenantId'>): Promise<JobPage>
}
