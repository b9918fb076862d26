import { timeOfId } from '../../wire/event-id.ts'
import { readStepRecord, type StepRecord } from '../../wire/step-record.ts'
import type { Replay } from './replay.ts'
import type { RunProgress } from './workflow-attempts.ts'

/** The attempt of the code that the steps tell which have ended, counted from 1. */
export function codeAttemptOf(pass: Replay): number {
  return Math.max(1, ...recordsIn(pass).map((record) => record.runAttempt ?? 1))
}

/** When an attempt of the code began that goes on, as near as its steps tell. */
export function codeStartedAt(pass: Replay, runId: string, attempt: number): number | undefined {
  const begun = recordsIn(pass).flatMap((record) => ((record.runAttempt ?? 1) === attempt ? [record.startedAt] : []))
  return begun.length > 0 ? Math.min(...begun) : timeOfId(runId)
}

/** What of a run has ended before a pass. */
export function progressOf(pass: Replay): RunProgress {
  const records = recordsIn(pass)
  return { waits: pass.ended.size - records.length, newestAt: Math.max(0, ...records.map(({ endedAt }) => endedAt)) }
}

function recordsIn({ ended }: Replay): StepRecord[] {
  return [...ended.values()].flatMap((step) => (step.type === 'data' && readStepRecord(step.data)) || [])
}
