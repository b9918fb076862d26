import { sha1 } from '../wire/sha1.ts'
import { versionName } from '../wire/step-names.ts'
import { type EndedStep, readStepRecord } from '../wire/step-record.ts'
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

/** Returns the version of its workflow that a run began with, from its completed steps. */
export function versionIn(completed: ReturnType<typeof completedInTrace>): { version?: string } {
  const version = readStepRecord(completed.get(sha1(versionName.id))?.data)?.output
  return typeof version === 'string' ? { version } : {}
}
