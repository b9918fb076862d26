import type { StoredRun } from './job-store.ts'

/** True for a workflow whose steps are undone when it is cancelled, and for one that is being undone already. */
export function isUndoneByCancel({ workflow, undoOnCancel }: StoredRun): boolean {
  return workflow !== undefined && (undoOnCancel === true || workflow.failure !== undefined)
}
