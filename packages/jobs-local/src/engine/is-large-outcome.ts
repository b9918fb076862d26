import { mayExceed, type Outcome } from '@cgk-platform/jobs-core/provider'

/** Size from which an output may count as large, in bytes. Writing it takes as long as hundreds of small ones. */
const largeBytes = 1024 * 1024

/** Returns true if an outcome has a large output, whose write must not delay others. */
export function isLargeOutcome(outcome: Outcome): boolean {
  return outcome.type === 'completed' && mayExceed(outcome.output ?? null, largeBytes)
}
