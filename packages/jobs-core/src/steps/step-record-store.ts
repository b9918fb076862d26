import type { JobErrorInfo } from '../errors/error-info.ts'
import type { TransactionOpener } from '../engines/open-transaction.ts'
import { reopenStep, type StepRecord, type WorkflowRecord } from './workflow-record.ts'

/** Stores the records of a run's steps. */
export interface StepRecordStore {
  /** The record in memory. It is changed in place. */
  readonly record: WorkflowRecord
  /** Saves a step. The code continues after the save, so that no result it has seen is lost in a crash. */
  save(step: StepRecord): Promise<void> | undefined
  /** Opens a transaction for the work of a step. Its `commit` saves the step, whose record says that it has completed. */
  readonly openTransaction?: TransactionOpener<StepRecord>
  /** Records that an attempt of a step or of its compensation has started. The record may be lost in a crash. */
  noteStarted?(step: StepRecord): void
  /** Saves the record without its steps: the run has failed and will be compensated, or waits for other code. */
  saveRecord?(): Promise<void> | undefined
  /**
   * Registers a listener for waits that are resolved from outside while the code runs. It gets the step of `record`,
   * which was changed in place and has ended. Returns a function that removes the listener.
   */
  onWaitResolved?(listener: (step: StepRecord) => void): () => void
  /**
   * Called before a wait for an event times out. It may resolve the wait in `record` with an event that was sent in time
   * but has not arrived. If it fails, the replay fails, and a later one calls it again. Default: the wait times out.
   */
  beforeTimeout?(step: StepRecord): Promise<void> | undefined
  /**
   * Grace time in milliseconds for code that awaits something other than a step while a wait is open. Default: 0, so
   * that the replay ends and the next one starts when the wait is over.
   */
  readonly graceMs?: number
  /**
   * Called when code called a step `afterMs` after its replay had ended. A longer grace time would have let it
   * continue.
   */
  onLateCall?(afterMs: number): void
  /** The error of a cancelled run that is only compensated; absent otherwise. */
  readonly cancellation?: JobErrorInfo
}

/** Saves a step. Turns a synchronous throw of the store into a rejection. */
export function saveStep(records: StepRecordStore, step: StepRecord): Promise<void> | undefined {
  try {
    return records.save(step)
  } catch (error) {
    return Promise.reject(error)
  }
}

/** Steps whose last change could not be saved, although the record in memory has it. */
const unsaved = new WeakSet<StepRecord>()

/** Records that a step's last change could not be saved. */
export function markUnsaved(step: StepRecord): void {
  unsaved.add(step)
}

/** Reopens steps whose last change was not saved, because it counts as not made. */
export function reopenUnsaved(steps: readonly StepRecord[]): void {
  for (const step of steps) if (unsaved.delete(step)) reopenStep(step)
}
