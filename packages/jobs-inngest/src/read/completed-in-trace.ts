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

/** Returns how a run began, from its completed steps: the version of its workflow, and how often it began again. */
export function beginIn(completed: ReturnType<typeof completedInTrace>): { version?: string; restarts?: number } {
  const { output: version, restart } = readStepRecord(completed.get(sha1(versionName.id))?.data) ?? {}
  return { ...(typeof version === 'string' && { version }), ...(restart && { restarts: restart.count }) }
}
