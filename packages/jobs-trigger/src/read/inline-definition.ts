import type { Definition } from '@cgk-platform/jobs-core'

import type { EventPayload } from '../wire/payload.ts'

/**
 * Returns the definition whose attempts an event's run makes itself, or `undefined` if it starts runs. A concurrency
 * limit needs a queue with the right keys, and a priority must be set when a run starts: only the run that the host starts
 * can have them.
 */
export function inlineDefinition(definitions: readonly Definition[]): Definition | undefined {
  const [first, ...more] = definitions
  const isPlain = first?.concurrency === undefined && first?.priority === undefined
  return more.length === 0 && isPlain ? first : undefined
}

/**
 * Returns true if the event's run makes the attempts itself. A failed run frees its idempotency key, so a job with a
 * key needs an event run that does not fail. An event that is only for waits starts no attempt.
 */
export function runsInline({ envelope, retry }: EventPayload): boolean {
  return envelope.idempotencyKey === undefined && retry === undefined && !envelope.waitsOnly
}
