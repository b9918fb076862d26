import TinyQueue from 'tinyqueue'

interface DueItem<T> {
  readonly at: number
  readonly order: number
  readonly item: T
}

/** A queue of items ordered by due time. Items due at the same time keep their insertion order. */
export class DueQueue<T> {
  readonly #isStale: (item: T) => boolean
  #queue = new TinyQueue<DueItem<T>>([], byInstant)
  #order = 0
  #stale = 0

  /** @param isStale - returns true for an item that is no longer needed; the queue skips it */
  constructor(isStale: (item: T) => boolean) {
    this.#isStale = isStale
  }

  push(at: number, item: T): void {
    this.#queue.push({ at, order: this.#order++, item })
  }

  /** Counts an item that became stale. Removes stale items once they are more than half. */
  markStale(): void {
    this.#stale++
    if (this.#stale * 2 <= this.#queue.length) return
    this.#queue = new TinyQueue(
      this.#queue.data.filter(({ item }) => !this.#isStale(item)),
      byInstant,
    )
    this.#stale = 0
  }

  /** Removes all items and returns them in order. */
  drain(): T[] {
    const items = this.#queue.data.toSorted(byInstant).map(({ item }) => item)
    this.#queue = new TinyQueue<DueItem<T>>([], byInstant)
    this.#stale = 0
    return items.filter((item) => !this.#isStale(item))
  }

  nextAt(): number | undefined {
    this.#dropStale()
    return this.#queue.peek()?.at
  }

  /** Takes the earliest item, if it is due. */
  takeDue(now: number): T | undefined {
    this.#dropStale()
    const next = this.#queue.peek()
    return next && next.at <= now ? this.#queue.pop()?.item : undefined
  }

  #dropStale(): void {
    for (let next = this.#queue.peek(); next && this.#isStale(next.item); next = this.#queue.peek()) {
      this.#queue.pop()
      this.#stale = Math.max(0, this.#stale - 1)
    }
  }
}

function byInstant(a: DueItem<unknown>, b: DueItem<unknown>): number {
  return a.at - b.at || a.order - b.order
}
