import type { Envelope } from '../events/envelope.ts'
import type { Definition } from '../jobs/definition.ts'
import type { EngineLimits } from '../engines/engine-limits.ts'

/**
 * Returns a run's maximum number of attempts: the send's, otherwise the definition's, or 1 if the definition no longer
 * exists. If sends cannot raise the number on the engine, the definition's is the maximum.
 */
export function maxAttemptsOf(
  { maxAttempts }: Pick<Envelope, 'maxAttempts'>,
  definition: Definition | undefined,
  limits?: Pick<EngineLimits, 'sendsRaiseAttempts'>,
): number {
  const defined = definition?.retry.maxAttempts ?? 1
  if (maxAttempts === undefined) return defined
  return limits?.sendsRaiseAttempts === false ? Math.min(maxAttempts, defined) : maxAttempts
}
