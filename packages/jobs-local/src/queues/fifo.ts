/** A first-in, first-out queue with constant-time `push` and `shift`. */
export class Fifo<T> {
  #items: T[] = []
  #head = 0

  get size(): number {
    return this.#items.length - this.#head
  }

  push(item: T): void {
    this.#items.push(item)
  }

  /** Removes the items for which `isIncluded` returns false. */
  filter(isIncluded: (item: T) => boolean): void {
    this.#items = this.#items.slice(this.#head).filter(isIncluded)
    this.#head = 0
  }

  peek(): T | undefined {
    return this.#items[this.#head]
  }

  shift(): T | undefined {
    if (this.size === 0) return undefined
    const item = this.#items[this.#head]
    this.#items[this.#head++] = undefined as T
    // Cut off the consumed part once it is the larger one, so that each item moves at most once.
    if (this.#head > 64 && this.#head * 2 > this.#items.length) {
      this.#items = this.#items.slice(this.#head)
      this.#head = 0
    }
    return item
  }
}
