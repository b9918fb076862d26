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

/** Whether a run's state is its last one; a cancelled run has it while its worker is still to be heard. */
export function isFinal({ status }: Run): boolean {
  return finalStatuses.has(status)
}
