import type { Definition } from '@cgk-platform/jobs-core'
import { type AttemptOptions, bindLogger, maxAttemptsOf } from '@cgk-platform/jobs-core/provider'

import type { IncomingEvent } from '../wire/inngest-event.ts'
import { toEnvelope } from '../wire/to-envelope.ts'
import { type HostDependencies, inngestLimits } from './host-dependencies.ts'

/** How many attempts the run has; says once where a send asked for more, which Inngest cannot give. */
export function resolveMaxAttempts(
  definition: Definition,
  event: IncomingEvent,
  { jobId, runId, attempt }: Pick<AttemptOptions, 'jobId' | 'runId' | 'attempt'>,
  { logger }: Pick<HostDependencies, 'logger'>,
): number {
  const envelope = toEnvelope(event, jobId)
  const { maxAttempts: asked = 0 } = envelope
  const maxAttempts = maxAttemptsOf(envelope, definition, inngestLimits)
  if (attempt === 1 && asked > maxAttempts) {
    const message = 'A send asks for more attempts than the definition has, and Inngest gives it no more.'
    bindLogger(logger, { jobId, runId, definition: definition.id }).warn(message, { asked, maxAttempts })
  }
  return maxAttempts
}
