import type { JobClient, TenantClient } from '../client/job-client.ts'
import type { JobHandle, SendResult } from '../client/send-options.ts'
import type { JobPage } from '../provider/job-page.ts'

/** A client without the compiler's help: the suite sends what its types forbid, and events that no type knows. */
export interface UntypedClient {
  /** As in `JobClient`. */
  sendJob(event: unknown, payload: unknown, options?: unknown): Promise<JobHandle>
  /** As in `JobClient`. */
  scheduleJob(event: unknown, payload: unknown, options?: unknown): Promise<JobHandle>
  /** As in `JobClient`. */
  sendJobs(items: unknown): Promise<SendResult[]>
  /** As in `JobClient`. */
  listJobs(options?: unknown): Promise<JobPage>
  /** As in `JobClient`. */
  getJobStatus(id: unknown): Promise<unknown>
  /** As in `JobClient`. */
  forTenant(tenantId: unknown): TenantClient
}

/** The same client, seen without types. */
export function untyped(client: JobClient | TenantClient): UntypedClient {
  return client as unknown as UntypedClient
}
