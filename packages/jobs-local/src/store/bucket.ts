import { afterStart, nextStartAt, type ThrottleState } from '@cgk-platform/jobs-core/provider'

import { Gate, type WaitingLane } from './gate.ts'

/** The throttle of a definition, or of one of its keys. Its lanes wait for a time. */
export class Bucket<T extends WaitingLane<T>> extends Gate<T> {
  state: ThrottleState
  /** When a timer wakes the next lane. */
  timerAt: number | undefined

  /** When the next run may start, in epoch milliseconds. */
  get nextAt(): number {
    const { throttle } = this.owner.limits
    return throttle ? nextStartAt(this.state, throttle) : Number.NEGATIVE_INFINITY
  }

  /** Whether a run may start. A lane that was not woken waits behind those that wait. */
  isOpen(now: number, wasWoken: boolean): boolean {
    return this.nextAt <= now && (wasWoken || (this.size === 0 && this.woken === 0))
  }

  started(now: number): void {
    const { throttle } = this.owner.limits
    if (throttle) this.state = afterStart(this.state, throttle, now)
  }

  /** Whether it is as if no run had ever started. */
  isUnused(now: number): boolean {
    return this.size === 0 && this.woken === 0 && (this.state ?? now) <= now
  }

  override mayWake(now: number): boolean {
    return this.woken === 0 && this.nextAt <= now
  }
}
