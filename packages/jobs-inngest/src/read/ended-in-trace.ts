import type { EndedStep } from '../wire/step-record.ts'
import { answerOf, type TracedStep } from './run-trace.ts'

/** What the trace of a run tells of its completed steps, by the hash of their id. */
export function endedInTrace(steps: readonly TracedStep[]): Map<string, Extract<EndedStep, { type: 'data' }>> {
  const ended = new Map<string, Extract<EndedStep, { type: 'data' }>>()
  for (const { hashedId, spans } of steps) {
    const done = spans.findLast(({ status }) => status === 'COMPLETED')
    if (done) ended.set(hashedId, { type: 'data', data: answerOf(done.output) })
  }
  return ended
}
