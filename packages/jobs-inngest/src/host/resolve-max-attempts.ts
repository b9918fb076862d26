import type { Definition } from '@cgk-platform/jobs-core'
import { type AttemptOptions, bindLogger, maxAttemptsOf } from '@cgk-platform/jobs-core/provider'

import type { IncomingEvent } from '../wire/inngest-event.ts'
import { toEnvelope } from '../wire/to-envelope.ts'
import { type HostDependencies, inngestLimits } from './host-dependencies.ts'

/**
 * Returns the maximum number of attempts of a run. Warns in the first attempt if a send requested more than the
 * definition has.
 */
export function resolveMaxAttempts(
  definition: Definition,
  event: IncomingEvent,
  { jobId, runId, attempt }: Pick<AttemptOptions, 'jobId' | 'runId' | 'attempt'>,
  { logger }: Pick<HostDependencies, 'logger'>,
): number {
  const envelope = toEnvelope(event, jobId)
  const { maxAttempts: requested = 0 } = envelope
  const maxAttempts = maxAttemptsOf(envelope, definition, inngestLimits)
  if (attempt === 1 && requested > maxAttempts) {
    const message = 'A send requested more attempts than its definition. Inngest cannot raise the maximum.'
    bindLogger(logger, { jobId, runId, definitionId: definition.id }).warn(message, { requested, maxAttempts })
  }
  return maxAttempts
}
