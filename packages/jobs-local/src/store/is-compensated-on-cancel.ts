import type { StoredRun } from './job-store.ts'

/** Returns true for a workflow whose steps are compensated on cancel, and for one that is already being compensated. */
export function isCompensatedOnCancel({ workflow, compensateOnCancel }: StoredRun): boolean {
  return workflow !== undefined && (compensateOnCancel === true || workflow.failure !== undefined)
}
