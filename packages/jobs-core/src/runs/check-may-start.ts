import { AttemptsExhaustedError } from '../errors/attempts-exhausted-error.ts'
import type { Attempt } from './attempt.ts'

/** Throws if an attempt must not run: its run has no attempts or no time left, or it was stopped. */
export function checkMayStart({ definition, host, maxAttempts, options, runEnd }: Attempt): void {
  if (options.attempt > maxAttempts) throw new AttemptsExhaustedError({ definitionId: definition.id, maxAttempts })
  options.signal.throwIfAborted() // it gives no further notice
  if (runEnd && host.clock.now() >= runEnd.at) throw runEnd.createError()
}
