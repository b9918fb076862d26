import type { StoredRun } from '../store/job-store.ts'

/** Returns the rank of a run that waits for a slot from a time on, in epoch milliseconds. The lowest rank comes first. */
export function rankFrom(since: number, priority = 0): number {
  return since - priority * 1000
}

/**
 * Returns the rank of a run among the waiting runs. It counts from when its job was due, or from when it last came due
 * again: a retry or a resumed workflow comes after those that were due before.
 */
export function rankOf({
  job: { envelope },
  waitsSince,
  priority,
  clockSetMs = 0,
}: Pick<StoredRun, 'job' | 'waitsSince' | 'priority' | 'clockSetMs'>): number {
  return rankFrom((waitsSince ?? envelope.runAt ?? envelope.sentAt) + clockSetMs, priority)
}
