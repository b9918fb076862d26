import type { JobEvent, JobInput, TenantInput } from '../events/job-events.ts'
import type { OwnEvent } from '../events/own-event.ts'
import type { JobStatus } from '../status/job-status.ts'
import type { JobHandle, SendOptions } from './send-options.ts'

/** The part of a client that jobs use: it sends for any tenant, for one tenant or for the platform, and reads jobs. */
export interface JobSender {
  /** Sends an event. Resolves when the engine has accepted it. */
  sendJob<Event extends JobEvent | OwnEvent>(
    event: Event,
    payload: JobInput<Event>,
    options?: SendOptions,
  ): Promise<JobHandle<Event>>
  /** Returns the job's state and runs. @throws {JobNotFoundError} */
  getJobStatus(id: string): Promise<JobStatus>
  /** Returns a sender for one tenant. */
  forTenant(tenantId: string): TenantSender
  /** Returns a sender for the platform's own jobs. */
  forSystem(): TenantSender
}

/** Sends for one tenant. */
export interface TenantSender {
  /** Sends an event. Resolves when the engine has accepted it. */
  sendJob<Event extends JobEvent | OwnEvent>(
    event: Event,
    payload: TenantInput<Event>,
    options?: SendOptions,
  ): Promise<JobHandle<Event>>
}
