import { Chain, type Link } from '../../../queues/chain.ts'

/** A tenant's place among those that wait for a turn. */
export interface Turn<T> extends Link<T> {
  /** The number of turns in a round. */
  readonly weight: number
  /** When its turn comes, in rounds. */
  at: number
  order: number
  /** Whether it waits for a turn. */
  isQueued: boolean
}

/**
 * Gives tenants their turns. In a round, each tenant gets as many turns as its weight, evenly spread, and fractions add
 * up. One that joins waits for its share of a round.
 */
export class TurnQueue<T extends Turn<T>> {
  /** By weight. Those of one weight are in the order of their turns, because time does not go back. */
  readonly #queues = new Map<number, Chain<T>>()
  /** The time of the last turn, in rounds. */
  #now = 0
  #order = 0
  #size = 0

  get size(): number {
    return this.#size
  }

  /** Adds one that waits for a turn, unless it already does. */
  join(turn: T): void {
    if (!turn.isQueued) this.#push(turn)
  }

  /** Returns the one whose turn it is, if any. Call `end` after its turn. */
  get first(): T | undefined {
    let first: T | undefined
    for (const { first: turn } of this.#queues.values()) if (turn && (!first || isBefore(turn, first))) first = turn
    return first
  }

  /** Ends the turn of the first. It counts if it was used. */
  end(turn: T, isUsed: boolean, staysQueued: boolean): void {
    if (isUsed) this.#now = turn.at
    if (!turn.isQueued) return // it left during its turn
    if (!staysQueued) return this.leave(turn)
    this.#queues.get(turn.weight)!.rotate()
    this.#place(turn)
  }

  /** Removes one that no longer waits. */
  leave(turn: T): void {
    if (!turn.isQueued) return
    turn.isQueued = false
    this.#queues.get(turn.weight)!.remove(turn)
    this.#size--
  }

  #place(turn: T): void {
    turn.at = this.#now + 1 / turn.weight
    turn.order = this.#order++
  }

  #push(turn: T): void {
    turn.isQueued = true
    this.#place(turn)
    let queue = this.#queues.get(turn.weight)
    if (!queue) this.#queues.set(turn.weight, (queue = new Chain()))
    queue.push(turn)
    this.#size++
  }
}

function isBefore(one: Turn<unknown>, other: Turn<unknown>): boolean {
  return one.at < other.at || (one.at === other.at && one.order < other.order)
}
