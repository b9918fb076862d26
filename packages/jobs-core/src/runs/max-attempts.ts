import type { Envelope } from '../events/envelope.ts'
import type { Definition } from '../jobs/definition.ts'
import type { EngineLimits } from './failure-outcome.ts'

/**
 * How many attempts a run may have: what the send asked for, else what its definition says, and one where that is gone.
 * On an engine whose sends cannot raise the number, no more than the definition says.
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
