import TinyQueue from 'tinyqueue'

interface DueItem<T> {
  readonly at: number
  readonly order: number
  readonly item: T
}

/** Items by the instant they are due, those of the same instant in the order they came. */
export class DueQueue<T> {
  readonly #isStale: (item: T) => boolean
  #queue = new TinyQueue<DueItem<T>>([], byInstant)
  #order = 0
  #stale = 0

  /** `isStale` tells items that are no longer waited for; they are passed over. */
  constructor(isStale: (item: T) => boolean) {
    this.#isStale = isStale
  }

  push(at: number, item: T): void {
    this.#queue.push({ at, order: this.#order++, item })
  }

  /** Says that one of the items became stale. Once half of them are, they are thrown out. */
  noteStale(): void {
    this.#stale++
    if (this.#stale * 2 <= this.#queue.length) return
    this.#queue = new TinyQueue(
      this.#queue.data.filter(({ item }) => !this.#isStale(item)),
      byInstant,
    )
    this.#stale = 0
  }

  nextAt(): number | undefined {
    this.#dropStale()
    return this.#queue.peek()?.at
  }

  /** The earliest item, if it is due. */
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
