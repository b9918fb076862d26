import type { Definition } from '@cgk-platform/jobs-core'
import { eventOf } from '@cgk-platform/jobs-core/provider'

import type { EventPayload } from '../wire/payload.ts'

/**
 * Returns the definition whose attempts an event's run makes itself, or `undefined` if it starts runs. A concurrency
 * limit needs a queue with the right keys, and a priority must be set when a run starts: only the run that the host starts
 * can have them. A definition with `event` that is sent itself also starts a run, so that its runs wait in few queues.
 *
 * @param definitions - those that handle the event
 */
export function inlineDefinition(event: string, definitions: readonly Definition[]): Definition | undefined {
  const [first, ...more] = definitions
  if (!first || more.length > 0 || eventOf(first) !== event) return undefined
  return first.concurrency === undefined && first.priority === undefined ? first : undefined
}

/**
 * Returns true if the event's run makes the attempts itself. A failed run frees its idempotency key, so a job with a
 * key needs an event run that does not fail. An event that is only for waits starts no attempt.
 */
export function runsInline({ envelope, retry }: EventPayload): boolean {
  return envelope.idempotencyKey === undefined && retry === undefined && !envelope.waitsOnly
}
