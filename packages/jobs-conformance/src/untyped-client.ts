import type { JobClient, JobHandle, JobPage, SendResult, TenantClient } from '@cgk-platform/jobs-core'

/** A client without types. The suite sends invalid values and undeclared events with it. */
export interface UntypedClient {
  /** See `JobClient`. */
  sendJob(event: unknown, payload: unknown, options?: unknown): Promise<JobHandle>
  /** See `JobClient`. */
  scheduleJob(event: unknown, payload: unknown, options?: unknown): Promise<JobHandle>
  /** See `JobClient`. */
  sendJobs(items: unknown): Promise<SendResult[]>
  /** See `JobClient`. */
  listJobs(options?: unknown): Promise<JobPage>
  /** See `JobClient`. */
  cancelJobs(options?: unknown): Promise<string[]>
  /** See `JobClient`. */
  pauseJobs(target?: unknown): Promise<void>
  /** See `JobClient`. */
  resumeJobs(target?: unknown): Promise<void>
  /** See `JobClient`. */
  signalJob(id: unknown, signal: unknown, payload: unknown): Promise<void>
  /** See `JobClient`. */
  getJobStatus(id: unknown): Promise<unknown>
  /** See `JobClient`. */
  forTenant(tenantId: unknown): TenantClient
  /** See `JobClient`. */
  forSystem(): TenantClient
}

/** Returns the same client without types. */
export function untyped(client: JobClient | TenantClient): UntypedClient {
  return client as unknown as UntypedClient
}
