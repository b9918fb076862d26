import type { Run } from './run.ts'

const finalStatuses: ReadonlySet<Run['status']> = new Set([
  'CANCELED',
  'INTERRUPTED',
  'COMPLETED_SUCCESSFULLY',
  'COMPLETED_WITH_ERRORS',
  'SYSTEM_FAILURE',
  'CRASHED',
  'EXPIRED',
  'TIMED_OUT',
])

/** Whether a run's status is final. A cancelled run is final even while its worker still executes it. */
export function isFinal({ status }: Run): boolean {
  return finalStatuses.has(status)
}
