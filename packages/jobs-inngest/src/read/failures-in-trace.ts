import { readFailedRecord } from '../wire/attempt-record.ts'
import { readStepName } from '../wire/step-names.ts'
import type { EndedStep } from '../wire/step-record.ts'
import type { TracedStep } from './run-trace.ts'

/** Returns the errors of the permanently failed steps in a run's trace, by the hash of the step id. */
export function failuresInTrace(steps: readonly TracedStep[]): Map<string, Extract<EndedStep, { type: 'error' }>> {
  const failures = new Map<string, Extract<EndedStep, { type: 'error' }>>()
  for (const { name, hashedId, spans } of steps) {
    const { part } = readStepName(name, hashedId)
    if (part !== 'step' || spans.some(({ status }) => status === 'COMPLETED')) continue
    const error = spans.findLast(({ status, output }) => status === 'FAILED' && output)?.output
    const record = readFailedRecord(error)
    if (record && record.nextAttemptAt === undefined) failures.set(hashedId, { type: 'error', error })
  }
  return failures
}
