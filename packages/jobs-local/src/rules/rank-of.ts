import type { Envelope } from '@cgk-platform/jobs-core/provider'

/** A run that waits for a slot. */
export interface RankedRun {
  readonly job: { readonly envelope: Pick<Envelope, 'runAt' | 'sentAt'> }
  /** Seconds by which it is moved ahead of others. Default 0. */
  readonly priority?: number
  /** When it last came due again, by the wall clock when it was created. Absent: never. */
  readonly waitsSince?: number
  /** Time by which the wall clock was set since it was created, in milliseconds. Default 0. */
  readonly clockSetMs?: number
}

/** Returns the rank of a run that waits for a slot from a time on, in epoch milliseconds. The lowest rank comes first. */
export function rankFrom(since: number, priority = 0): number {
  return since - priority * 1000
}

/**
 * Returns the rank of a run among the waiting runs. It counts from when its job was due, or from when it last came due
 * again: a retry or a resumed workflow comes after those that were due before.
 */
export function rankOf({ job: { envelope }, waitsSince, priority, clockSetMs = 0 }: RankedRun): number {
  return rankFrom((waitsSince ?? envelope.runAt ?? envelope.sentAt) + clockSetMs, priority)
}
