import type { Envelope } from '../events/envelope.ts'
import type { Definition } from '../jobs/job-definition.ts'

/** How many attempts a run may have: what the send asked for, else what its definition says, and one where that is gone. */
export function maxAttemptsOf({ maxAttempts }: Envelope, definition: Definition | undefined): number {
  return maxAttempts ?? definition?.retry.maxAttempts ?? 1
}
