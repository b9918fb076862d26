import { turnBatch } from '../../../rules/turn-batch.ts'
import type { StoredRun } from '../../../records/stored-run.ts'

/**
 * Maximum number of small changes of a transaction. More than the attempts that begin in one, so that those that have
 * ended do not hold slots: new runs would wait, be read and be written again, at a quarter more processor time.
 */
export const maxSmallChanges = 2 * turnBatch

/** A change that waits to be written, with its callbacks. */
export interface Change {
  readonly work: () => unknown
  readonly done: (result: never) => void
  readonly failed: ((error: Error) => void) | undefined
  readonly rejected: ((error: Error) => void) | undefined
  readonly resolve: () => void
  readonly since: number
  readonly last: boolean
  readonly isLarge: boolean
  readonly run: StoredRun | undefined
}

/** The changes that wait to be written, and which of them the next transaction writes. */
export class WaitingChanges {
  #small: Change[] = []
  #last: Change[] = []
  #large: Change[] = []
  /** True if the last transaction went ahead of a large change, which still waits. */
  #hasPassedLarge = false

  get size(): number {
    return this.#small.length + this.#last.length + this.#large.length
  }

  /** True if a large change waits. */
  get hasLarge(): boolean {
    return this.#large.length > 0
  }

  /** True if one of the waiting changes can be refused. */
  get hasCaller(): boolean {
    return [this.#small, this.#last, this.#large].some((changes) => changes.some(({ failed }) => failed))
  }

  /** Adds a change. If a large change of the same run waits, this one also counts as large, so that they stay in order. */
  add(change: Change): void {
    const { isLarge, last, run } = change
    if (isLarge) this.#large.push(change)
    else if (this.hasLarge && run !== undefined && this.#large.some((large) => large.run === run))
      this.#large.push({ ...change, isLarge: true })
    else (last ? this.#last : this.#small).push(change)
  }

  /** Puts changes back that could not be written, in front of the others. */
  putBack(changes: readonly Change[]): void {
    const newer = this.takeAll()
    for (const change of [...changes, ...newer]) this.add(change)
  }

  /** Takes the changes of the next transaction. */
  take(): Change[] {
    const isTurnOfLarge = (this.#hasPassedLarge || this.#small.length + this.#last.length === 0) && this.#mayTakeLarge()
    this.#hasPassedLarge = this.hasLarge && !isTurnOfLarge
    if (isTurnOfLarge) return this.#large.splice(0, 1)
    // Changes marked `last` do not wait for others that do not fit: callers that send in a loop fill every transaction.
    const last = this.#last.splice(0)
    return [...this.#small.splice(0, maxSmallChanges - last.length), ...last]
  }

  /** Returns true if a large change waits, and no earlier one of its run. */
  #mayTakeLarge(): boolean {
    const run = this.#large[0]?.run
    return this.hasLarge && (run === undefined || !this.#small.some((small) => small.run === run))
  }

  /** Takes those changes of the next transaction that can be refused. */
  takeRefusable(): Change[] {
    const waiting = this.takeAll()
    this.putBack(waiting.filter(({ failed }) => failed))
    const taken = this.take()
    const rest = this.takeAll()
    this.putBack([...rest, ...waiting.filter(({ failed }) => !failed)])
    return taken
  }

  /** Takes all changes. */
  takeAll(): Change[] {
    const all = [...this.#small, ...this.#last, ...this.#large]
    this.#small = []
    this.#last = []
    this.#large = []
    return all
  }
}
