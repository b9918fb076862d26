import type { JobErrorInfo } from '../runs/error-info.ts'
import { reopenStep, type StepRecord, type WorkflowRecord } from './workflow-record.ts'

/** What keeps the records of a run's steps. */
export interface StepRecordStore {
  /** As it was kept last; changed in place. */
  readonly record: WorkflowRecord
  /** Keeps a step; the code goes on once that is done, so that nothing which it has seen is lost in a crash. */
  save(step: StepRecord): Promise<void> | undefined
  /** Shows that an attempt of a step, or of its compensation, has begun. It may be lost. */
  noteStarted?(step: StepRecord): void
  /** Keeps why the run has failed, and by which step, before its steps are compensated. */
  saveFailure?(): Promise<void> | undefined
  /**
   * Calls back when a wait was answered from outside while the code runs, with the record's own step, changed in place;
   * the answer ends it.
   */
  onWaitResolved?(listener: (step: StepRecord) => void): () => void
  /**
   * How long code is waited for that awaits what is no step, while a wait of it is open. Default: not at all; such code is
   * left, and run again when the wait is over.
   */
  readonly graceMs?: number
  /** Told of code that called a step so long after it was left: it would go on if it were waited for. */
  onLateCall?(afterMs: number): void
  /** Given where the run was cancelled, and is only compensated. */
  readonly cancellation?: JobErrorInfo
}

/** Begins to keep a step. A store that throws at once is one that rejects. */
export function saveStep(records: StepRecordStore, step: StepRecord): Promise<void> | undefined {
  try {
    return records.save(step)
  } catch (error) {
    return Promise.reject(error)
  }
}

/** Steps whose last change could not be kept: a record in memory has it all the same. */
const unsaved = new WeakSet<StepRecord>()

/** Notes that a step's last change could not be kept. */
export function markUnsaved(step: StepRecord): void {
  unsaved.add(step)
}

/** What was not kept has not happened: those steps are taken up again. */
export function reopenUnsaved(steps: readonly StepRecord[]): void {
  for (const step of steps) if (unsaved.delete(step)) reopenStep(step)
}
