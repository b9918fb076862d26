import { timeOf } from '../../wire/event-id.ts'
import { readStepRecord, type StepRecord } from '../../wire/step-record.ts'
import type { Pass } from './pass.ts'

/** The attempt of the code that the steps tell which have ended, counted from 1. */
export function codeAttemptIn(pass: Pass): number {
  return Math.max(1, ...recordsIn(pass).map((record) => record.runAttempt ?? 1))
}

/** When an attempt of the code began that goes on, as near as its steps tell. */
export function beganAt(pass: Pass, runId: string, attempt: number): number | undefined {
  const begun = recordsIn(pass).flatMap((record) => ((record.runAttempt ?? 1) === attempt ? [record.startedAt] : []))
  return begun.length > 0 ? Math.min(...begun) : timeOf(runId)
}

function recordsIn({ ended }: Pass): StepRecord[] {
  return [...ended.values()].flatMap((step) => (step.type === 'data' && readStepRecord(step.data)) || [])
}
