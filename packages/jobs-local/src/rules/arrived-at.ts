import type { Envelope } from '@cgk-platform/jobs-core/provider'

/**
 * Returns when a job that is taken now was sent or came due. A worker can take it later, for example after a restart.
 * The clock of its sender can be ahead.
 */
export function arrivedAt({ runAt, sentAt }: Pick<Envelope, 'runAt' | 'sentAt'>, now: number): number {
  return Math.min(now, runAt ?? sentAt)
}
