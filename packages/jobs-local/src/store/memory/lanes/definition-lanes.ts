import type { Bucket } from './bucket.ts'
import { type Gate, type GateOwner, type WaitingLane, PauseGate } from './gate.ts'
import type { RunLimits } from '../../job-store.ts'
import { Slots } from './slots.ts'

/** Minimum number of throttles before those that are full again are removed. */
const minSweep = 1000

/** The state of a definition that its lanes share. */
export class DefinitionLanes<T extends WaitingLane<T>> implements GateOwner<T> {
  readonly id: string
  /** Its limits when a lane last asked. */
  limits: GateOwner<T>['limits'] = { concurrency: undefined, throttle: undefined }
  /** Number of waiting runs. */
  waiting = 0
  /** The gates at which lanes wait. */
  readonly blocked = new Set<Gate<T>>()
  readonly slots = new Slots<T>(this, 'limit')
  /** Where lanes wait while the definition is paused. */
  readonly pause: Gate<T> = new PauseGate<T>(this, false)
  /** The throttle over all tenants. */
  bucket: Bucket<T> | undefined
  /** The throttles of single keys. */
  readonly buckets = new Map<string, Bucket<T>>()
  #sweepAt = minSweep

  constructor(id: string) {
    this.id = id
  }

  /** All its throttles. */
  get throttles(): Bucket<T>[] {
    return this.bucket ? [this.bucket, ...this.buckets.values()] : [...this.buckets.values()]
  }

  /** Sets the limits. Returns true if their numbers have changed. */
  setLimits(given: RunLimits | undefined): boolean {
    const { limits } = this
    const concurrency = given?.concurrency
    const throttle = given?.throttle
    if (limits.concurrency === concurrency && limits.throttle === throttle) return false
    this.limits = { concurrency, throttle }
    return !isEqual(limits.concurrency, concurrency) || !isEqual(limits.throttle, throttle)
  }

  /** Adds the throttle of a key. Removes those that are full again once they may be half. */
  addBucket(name: string, bucket: Bucket<T>, now: number): void {
    if (this.buckets.size >= this.#sweepAt) {
      for (const [other, known] of this.buckets) if (known.isUnused(now)) this.buckets.delete(other)
      this.#sweepAt = Math.max(minSweep, this.buckets.size * 2)
    }
    this.buckets.set(name, bucket)
  }
}

function isEqual(one: object = {}, other: object = {}): boolean {
  const [fields, others] = [Object.entries(one), Object.entries(other)]
  return fields.length === others.length && fields.every(([name, value]) => value === other[name as never])
}
