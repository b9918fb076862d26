import type { EngineRun } from '../api/engine-shapes.ts'
import { type CompletedRecord, readCompletedRecord } from '../wire/attempt-record.ts'

/** Returns the record of a completed run of this library. */
export function completedRecordOf({ status, output }: EngineRun): CompletedRecord | undefined {
  return status === 'COMPLETED' ? readCompletedRecord(output) : undefined
}

/**
 * Returns the runs of a job without those that another one continues after `step.restart`. Until that one is visible, the
 * restarted run is queued.
 *
 * @param runs - all runs of the job, in their order
 */
export function currentRuns(runs: readonly EngineRun[]): EngineRun[] {
  return runs.flatMap((run) => {
    const { restart, isDuplicate } = completedRecordOf(run) ?? {}
    if (isDuplicate) return []
    if (!restart) return [run]
    if (runs.some(({ id }) => id === restart.runId)) return []
    const { output: _, endedAt: __, startedAt: ___, ...open } = run
    return [{ ...open, status: 'QUEUED' }]
  })
}
