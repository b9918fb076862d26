import type { StoredRun } from './job-store.ts'

/**
 * Returns the time from which a run's place among the waiting runs follows: when its job was due by the present wall
 * clock, minus its priority.
 */
export function rankOf({
  job: { envelope },
  priority = 0,
  clockSetMs = 0,
}: Pick<StoredRun, 'job' | 'priority' | 'clockSetMs'>): number {
  return (envelope.runAt ?? envelope.sentAt) + clockSetMs - priority * 1000
}
