import { timeOfId } from '../../wire/event-id.ts'
import { readStepRecord, type StepRecord } from '../../wire/step-record.ts'
import type { ReplayRequest } from './replay-request.ts'
import type { RunProgress } from './workflow-attempts.ts'

/** Returns the attempt of the code according to the ended steps, counted from 1. */
export function codeAttemptOf(request: ReplayRequest): number {
  return Math.max(1, ...recordsIn(request).map((record) => record.runAttempt ?? 1))
}

/** Returns when a continued attempt of the code started, estimated from its steps, epoch milliseconds. */
export function codeStartedAt(request: ReplayRequest, runId: string, attempt: number): number | undefined {
  const starts = recordsIn(request).flatMap((record) =>
    (record.runAttempt ?? 1) === attempt ? [record.startedAt] : [],
  )
  return starts.length > 0 ? Math.min(...starts) : timeOfId(runId)
}

/** Returns the progress of a run before a request. */
export function progressOf(request: ReplayRequest): RunProgress {
  const records = recordsIn(request)
  return { waits: request.ended.size - records.length, newestAt: Math.max(0, ...records.map(({ endedAt }) => endedAt)) }
}

function recordsIn({ ended }: ReplayRequest): StepRecord[] {
  return [...ended.values()].flatMap((step) => (step.type === 'data' && readStepRecord(step.data)) || [])
}
