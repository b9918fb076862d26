import type { StoredJob } from '../store/job-store.ts'

/**
 * Returns when a job that is taken now was sent or came due. A worker can take it later, for example after a restart.
 * The clock of its sender can be ahead.
 */
export function arrivedAt({ envelope }: StoredJob, now: number): number {
  return Math.min(now, envelope.runAt ?? envelope.sentAt)
}
