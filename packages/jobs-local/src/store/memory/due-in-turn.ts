import { Fifo } from '../../queues/fifo.ts'
import { TurnQueue, type Turn } from './lanes/turn-queue.ts'
import { DueQueue } from '../../queues/due-queue.ts'

interface Entry<T> extends Turn<Entry<T>> {
  readonly tenant: string
  readonly delayed: DueQueue<T>
  readonly arrived: Fifo<T>
  /** When the first delayed item is due, while the tenant waits for that. */
  wakeAt: number | undefined
}

interface Wake<T> {
  readonly entry: Entry<T>
  readonly at: number
}

/** The options of a `DueInTurn`. */
export interface DueInTurnOptions<T> {
  /** Returns true for a delayed item that is no longer needed. */
  readonly isStale: (item: T) => boolean
  /** The turns of a tenant in each round. Default 1 for each tenant. */
  readonly weights?: ReadonlyMap<string, number> | undefined
}

/** Items that are due, or will be. Tenants take turns, so that one with many delays no other. */
export class DueInTurn<T> {
  readonly #options: DueInTurnOptions<T>
  readonly #entries = new Map<string, Entry<T>>()
  readonly #turns = new TurnQueue<Entry<T>>()
  readonly #wakes = new DueQueue<Wake<T>>(({ entry, at }) => entry.wakeAt !== at)

  constructor(options: DueInTurnOptions<T>) {
    this.#options = options
  }

  /** Returns whether a tenant may have items that are due. */
  isWaiting(tenant: string): boolean {
    return this.#turns.size > 0 && this.#entries.get(tenant)?.isQueued === true
  }

  /** Adds an item that is due at a time, in epoch milliseconds. Default: now, after those of its tenant that are due. */
  push(tenant: string, item: T, at?: number): void {
    const entry = this.#entryOf(tenant)
    if (at === undefined) {
      entry.arrived.push(item)
      this.#join(entry)
      return
    }
    entry.delayed.push(at, item)
    if (!entry.isQueued) this.#schedule(entry)
  }

  /** Counts a delayed item of a tenant that became stale. */
  markStale(tenant: string): void {
    const entry = this.#entries.get(tenant)
    if (!entry) return
    entry.delayed.markStale()
    if (!entry.isQueued) this.#schedule(entry)
  }

  /** Takes the next item that is due. Of a tenant, delayed ones come first. */
  take(now: number): T | undefined {
    for (let wake = this.#wakes.takeDue(now); wake; wake = this.#wakes.takeDue(now)) {
      wake.entry.wakeAt = undefined
      this.#join(wake.entry)
    }
    for (let entry = this.#turns.first; entry; entry = this.#turns.first) {
      const item = entry.delayed.takeDue(now) ?? entry.arrived.shift()
      const isDue = entry.arrived.size > 0 || (entry.delayed.nextAt() ?? Number.POSITIVE_INFINITY) <= now
      this.#turns.end(entry, item !== undefined, isDue)
      if (!isDue) this.#schedule(entry)
      if (item !== undefined) return item
    }
    return undefined
  }

  /** Returns when an item is due, in epoch milliseconds; 0 if one may be due now. */
  nextAt(): number | undefined {
    return this.#turns.size > 0 ? 0 : this.#wakes.nextAt()
  }

  /** Removes the delayed items and returns them, of each tenant in order. */
  drain(): T[] {
    const items = [...this.#entries.values()].flatMap(({ delayed }) => delayed.drain())
    for (const entry of this.#entries.values()) if (!entry.isQueued) this.#schedule(entry)
    return items
  }

  #entryOf(tenant: string): Entry<T> {
    let entry = this.#entries.get(tenant)
    if (entry) return entry
    const weight = this.#options.weights?.get(tenant) ?? 1
    const turn = { weight, at: 0, order: 0, isQueued: false, previous: undefined, next: undefined }
    entry = { ...turn, tenant, delayed: new DueQueue(this.#options.isStale), arrived: new Fifo(), wakeAt: undefined }
    this.#entries.set(tenant, entry)
    return entry
  }

  #join(entry: Entry<T>): void {
    this.#setWake(entry, undefined)
    this.#turns.join(entry)
  }

  /** Lets a tenant wait until its first delayed item is due. Removes one without items. */
  #schedule(entry: Entry<T>): void {
    const at = entry.delayed.nextAt()
    this.#setWake(entry, at)
    if (at === undefined && entry.arrived.size === 0) this.#entries.delete(entry.tenant)
  }

  #setWake(entry: Entry<T>, at: number | undefined): void {
    if (at === entry.wakeAt) return
    const hadWake = entry.wakeAt !== undefined
    entry.wakeAt = at
    if (hadWake) this.#wakes.markStale()
    if (at !== undefined) this.#wakes.push(at, { entry, at })
  }
}
