import type { Outcome } from '@cgk-platform/jobs-core/provider'

/** Returns the error of an outcome, if it has one. */
export function errorOf(outcome: Outcome): unknown {
  return outcome.type === 'retry' || outcome.type === 'failed' ? outcome.error : undefined
}
