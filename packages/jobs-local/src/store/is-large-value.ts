import type { Json, Outcome } from '@cgk-platform/jobs-core/provider'
import { mayExceed } from '@cgk-platform/jobs-core/scheduling'

/** Size from which a value may count as large, in bytes. Writing it takes as long as hundreds of small ones. */
const largeBytes = 1024 * 1024

/** Returns true if the result of a step is large, so that its write must not delay others. */
export function isLargeValue(value: Json | undefined): boolean {
  return value !== undefined && mayExceed(value, largeBytes)
}

/** Returns true if an outcome has a large output. */
export function isLargeOutcome(outcome: Outcome): boolean {
  return outcome.type === 'completed' && isLargeValue(outcome.output)
}
