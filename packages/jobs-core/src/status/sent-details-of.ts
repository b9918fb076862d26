import { type Envelope, notUnderstood } from '../events/envelope.ts'
import type { JobDetails } from './job-details.ts'

/** Returns the details of a job that its envelope has. The payload of another version is unknown. */
export function sentDetailsOf(envelope: Envelope): Pick<JobDetails, 'payload' | 'idempotencyKey' | 'requires'> {
  const { v, payload, idempotencyKey } = envelope
  const requires = notUnderstood(envelope)
  return {
    ...(v === 1 && { payload }),
    ...(idempotencyKey !== undefined && { idempotencyKey }),
    ...(requires.length > 0 && { requires }),
  }
}
