import type { ThrottleState } from '@cgk-platform/jobs-core/scheduling'

/** What limits the start of a run. */
export interface SlotFacts {
  /** The runs of its definition that hold slots. */
  readonly held: readonly HeldSlot[]
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
