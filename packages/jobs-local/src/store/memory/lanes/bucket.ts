import { afterStart, byLimits, nextStartAt, type ThrottleState } from '@cgk-platform/jobs-core/scheduling'

import { Gate, type WaitingLane } from './gate.ts'

/** The throttle of a definition, or of one of its keys. Its lanes wait for a time. */
export class Bucket<T extends WaitingLane<T>> extends Gate<T> {
  readonly level = 3
  state: ThrottleState
  /** When a timer wakes the next lane. */
  timerAt: number | undefined

  /** When the next run may start, in epoch milliseconds. */
  get nextAt(): number {
    const { throttle } = this.owner.limits
    return throttle ? nextStartAt(this.state, throttle) : Number.NEGATIVE_INFINITY
  }

  protected override hasRoom(reserved: number, now: number): boolean {
    return reserved === 0 && this.nextAt <= now
  }

  started(now: number): void {
    const { throttle } = this.owner.limits
    if (throttle) this.state = afterStart(this.state, throttle, now)
  }

  /** Applies limits that have changed. */
  applyLimits(now: number): void {
    const { throttle } = this.owner.limits
    if (throttle) this.state = byLimits(this.state, throttle, now)
  }

  /** True if no lane waits for it and no earlier start counts any more. */
  isUnused(now: number): boolean {
    return !this.isWanted && (this.state ?? now) <= now
  }
}
