import type { ThrottleState } from '@cgk-platform/jobs-core/scheduling'

import type { StoredLimits } from './subscriber.ts'

/** The limits of a run's start, and who holds its slots. */
export interface SlotFacts {
  /** The runs of its definition that hold slots. */
  readonly held: readonly HeldSlot[]
  /** The limits that a worker has published, for a reader that does not know the definition. Absent: none. */
  readonly limits?: StoredLimits | undefined
  /** The state of its throttle. */
  readonly throttle: ThrottleState
}

/** A run that holds a slot. */
export interface HeldSlot {
  readonly jobId: string
  /** Whether it is of the same tenant. */
  readonly isOfTenant: boolean
  /** Whether it also has the same concurrency key. */
  readonly isOfKey: boolean
}
