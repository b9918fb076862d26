import type { StoredRun } from './job-store.ts'

/** Returns the time from which a run's place among the waiting runs follows: when its job was due, minus its priority. */
export function rankOf({ job: { envelope }, priority = 0 }: Pick<StoredRun, 'job' | 'priority'>): number {
  return (envelope.runAt ?? envelope.sentAt) - priority * 1000
}
