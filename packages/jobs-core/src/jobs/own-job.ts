import type { StandardSchemaV1 } from '@standard-schema/spec'

import type { JobHandle, SendOptions } from '../sends/send-options.ts'
import type { JobEvent, JobInput } from '../events/job-events.ts'
import type { OwnEvent } from '../events/own-event.ts'

/** A definition with `payload`: a job or a workflow that is sent itself, without an event of `JobEvents`. */
export interface OwnJob<Schema extends JobEvent | StandardSchemaV1 = StandardSchemaV1> extends OwnEvent<Schema> {
  /** Sends the job with the client of its `createJobs`, otherwise the default client. Resolves when the engine has accepted it. */
  send(payload: JobInput<Schema>, options?: SendOptions): Promise<JobHandle<OwnEvent<Schema>>>
}
