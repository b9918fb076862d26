import { type Clock, elapsedOf } from '../time/clock.ts'
import { pause } from '../time/pause.ts'

/** Minimum time between the starts of two reads, in milliseconds. */
const minIntervalMs = 250
/** A read of an engine in this process rests for this many times as long as it took. */
const restShare = 4

/** A read that some subscriptions share. */
export interface SharedRead<T> {
  /**
   * Returns the result of the newest read if it is new enough, or reads.
   *
   * @param isNew - returns whether a read is new enough
   * @param rests - whether a read takes the time of this process
   */
  read(isNew: (begin: ReadBegin) => boolean, rests: boolean, signal: AbortSignal): Promise<T>
  /** Forgets the read unless others share it. */
  close(): void
}

/** The beginning of a read. */
export interface ReadBegin {
  /** Number of changes before it. */
  readonly changes: number
  /** Its elapsed time in milliseconds. */
  readonly startedAt: number
}

interface Read<T> extends ReadBegin {
  readonly result: Promise<T>
}

interface Entry<T> {
  readonly read: () => Promise<T>
  users: number
  newest: Read<T> | undefined
  /** When the next read may begin, by elapsed time. */
  nextAt: number
}

/** The reads of subscriptions. Equal ones read once after a change, and never overlap. */
export class SharedReads<T> {
  readonly #clock: Clock
  readonly #entries = new Map<string, Entry<T>>()
  #changes = 0

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Number of counted changes. */
  get changes(): number {
    return this.#changes
  }

  /** Counts a change. */
  countChange(): void {
    this.#changes++
  }

  /** Shares a read with the others of the same key. */
  open(key: string, read: () => Promise<T>): SharedRead<T> {
    const entry = this.#entries.get(key) ?? { read, users: 0, newest: undefined, nextAt: Number.NEGATIVE_INFINITY }
    this.#entries.set(key, entry)
    entry.users++
    return {
      read: (isNew, rests, signal) => this.#read(entry, { isNew, rests, signal }),
      close: () => {
        if (--entry.users === 0) this.#entries.delete(key)
      },
    }
  }

  async #read(
    entry: Entry<T>,
    { isNew, rests, signal }: { isNew: (begin: ReadBegin) => boolean; rests: boolean; signal: AbortSignal },
  ): Promise<T> {
    for (;;) {
      const { newest } = entry
      if (newest && isNew(newest)) return newest.result
      await newest?.result.catch(() => undefined)
      if (entry.newest !== newest) continue
      const restMs = entry.nextAt - elapsedOf(this.#clock)
      if (restMs <= 0) return this.#begin(entry, rests)
      await pause(this.#clock, restMs, signal)
      signal.throwIfAborted()
    }
  }

  #begin(entry: Entry<T>, rests: boolean): Promise<T> {
    const startedAt = elapsedOf(this.#clock)
    entry.nextAt = startedAt + minIntervalMs
    const newest = { result: entry.read(), changes: this.#changes, startedAt }
    entry.newest = newest
    newest.result.then(
      () => {
        const endedAt = elapsedOf(this.#clock)
        if (rests) entry.nextAt = Math.max(entry.nextAt, endedAt + restShare * (endedAt - startedAt))
      },
      () => void (entry.newest = undefined),
    )
    return newest.result
  }
}
