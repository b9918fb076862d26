import { isStepEnded, type StepRecord } from '../steps/workflow-record.ts'

/**
 * Moves the times that steps wait for, because the wall clock was set. A `sleepUntil` keeps its time. Returns true if a
 * time has changed.
 */
export function shiftStepTimes(step: StepRecord, byMs: number): boolean {
  const moved: { -readonly [Key in 'until' | 'nextAttemptAt']?: number } = {}
  if (!isStepEnded(step)) {
    if (step.until !== undefined && step.kind !== 'sleepUntil') moved.until = step.until + byMs
    if (step.nextAttemptAt !== undefined) moved.nextAttemptAt = step.nextAttemptAt + byMs
    Object.assign(step, moved)
  }
  const { compensation } = step
  if (compensation?.nextAttemptAt === undefined) return Object.keys(moved).length > 0
  compensation.nextAttemptAt += byMs
  return true
}
