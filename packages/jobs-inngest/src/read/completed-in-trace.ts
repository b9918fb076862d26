import type { EndedStep } from '../wire/step-record.ts'
import { stepOutputOf, type TracedStep } from './run-trace.ts'

/** Returns the outputs of the completed steps in a run's trace, by the hash of the step id. */
export function completedInTrace(steps: readonly TracedStep[]): Map<string, Extract<EndedStep, { type: 'data' }>> {
  const ended = new Map<string, Extract<EndedStep, { type: 'data' }>>()
  for (const { hashedId, spans } of steps) {
    const done = spans.findLast(({ status }) => status === 'COMPLETED')
    if (done) ended.set(hashedId, { type: 'data', data: stepOutputOf(done.output) })
  }
  return ended
}
