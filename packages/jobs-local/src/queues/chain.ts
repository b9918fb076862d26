/** An item of a `Chain`. It is in one chain at most. */
export interface Link<T> {
  previous: T | undefined
  next: T | undefined
}

/** A first-in, first-out queue from which any item can be removed. Each operation takes constant time. */
export class Chain<T extends Link<T>> {
  #first: T | undefined
  #last: T | undefined
  #size = 0

  get size(): number {
    return this.#size
  }

  get first(): T | undefined {
    return this.#first
  }

  push(item: T): void {
    item.previous = this.#last
    if (this.#last) this.#last.next = item
    else this.#first = item
    this.#last = item
    this.#size++
  }

  shift(): T | undefined {
    const item = this.#first
    if (item) this.remove(item)
    return item
  }

  /** Removes all items and returns them. */
  drain(): T[] {
    const items: T[] = []
    for (let item = this.shift(); item; item = this.shift()) items.push(item)
    return items
  }

  /** Moves the first item to the end. */
  rotate(): void {
    if (this.#size > 1) this.push(this.shift()!)
  }

  /** Removes an item that is in this chain. */
  remove(item: T): void {
    const { previous, next } = item
    if (previous) previous.next = next
    else this.#first = next
    if (next) next.previous = previous
    else this.#last = previous
    item.previous = undefined
    item.next = undefined
    this.#size--
  }
}
