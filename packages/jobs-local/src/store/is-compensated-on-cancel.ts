import type { StoredRun } from './job-store.ts'

/** True for a workflow whose steps are compensated when it is cancelled, and for one that is being compensated already. */
export function isCompensatedOnCancel({ workflow, compensateOnCancel }: StoredRun): boolean {
  return workflow !== undefined && (compensateOnCancel === true || workflow.failure !== undefined)
}
