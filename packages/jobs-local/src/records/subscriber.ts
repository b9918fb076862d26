import type { ConcurrencyLimits, DebounceTimes, ThrottleLimits } from '@cgk-platform/jobs-core/scheduling'

import type { BatchBounds } from '../rules/batch-bounds.ts'

/** The values of a payload that the keys of a definition name. Absent: the definition has no such key. */
export interface PayloadKeys {
  /** The value that `concurrency.key` names. */
  readonly concurrencyKey?: string
  /** The value that `throttle.key` names. */
  readonly throttleKey?: string
  /** The value that `debounce.key` names. */
  readonly debounceKey?: string
}

/** A definition that gets a run for a job that has come due. */
export interface Subscriber extends PayloadKeys {
  readonly definitionId: string
  readonly maxAttempts: number
  /** Seconds by which its runs are moved ahead of others that wait for a slot. Default 0. */
  readonly priority?: number
  /** Whether a cancel compensates the steps of the run. Default false. */
  readonly compensateOnCancel?: boolean
  /** When only the last of several jobs runs. Default: each job does. */
  readonly debounce?: DebounceTimes
  /** The bounds of its batches. Absent: it is no batch job. */
  readonly batch?: BatchBounds
}

/** A definition of another worker, for which this one creates runs. */
export interface RemoteSubscriber extends Omit<Subscriber, keyof PayloadKeys> {
  /** The path in the payload that `concurrency.key` names. */
  readonly concurrencyPath?: string
  /** The path in the payload that `throttle.key` names. */
  readonly throttlePath?: string
}

/** A definition of a worker, as other workers see it. */
export interface WorkerDefinition extends RemoteSubscriber {
  /** The event that it handles; `undefined` for a cron job and a disabled definition. */
  readonly event: string | undefined
  /** The versions whose runs it continues; `null`: without a version. Absent: it is no workflow. */
  readonly versions?: readonly (string | null)[]
  /** The limits of its runs, for readers that do not know it. Absent: it has none. */
  readonly limits?: StoredLimits
}

/** The limits of a definition, as a worker publishes them. */
export interface StoredLimits {
  readonly concurrency?: ConcurrencyLimits
  readonly throttle?: ThrottleLimits
}

/** Returns whether a definition can continue the runs of a version. */
export function inVersions(version: string | null, definition: WorkerDefinition | undefined): boolean {
  return definition?.versions?.includes(version) === true
}
