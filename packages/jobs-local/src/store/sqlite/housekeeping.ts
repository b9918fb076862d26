import type { Retention } from '../retained-jobs.ts'
import type { Connection } from './connection.ts'
import { forgetJobs, giveBackSpace } from './forget-jobs.ts'
import { takeOver } from './runs-table.ts'
import { longestBeatMs, type Workers } from './workers.ts'

// Taken now, so that fake timers that a test installs later do not stop it. A lease is about this process, not about
// the time of the engine, which may be virtual.
const { setInterval: every, clearInterval: stopEvery } = globalThis

/** After so many jobs ended it is looked which are to be forgotten. */
const forgetEvery = 1000

/** What a store does by itself. */
export interface HousekeepingParts {
  readonly connection: Connection
  readonly retention: Retention
  readonly leaseMs: number
  readonly workers: Workers
  readonly now: () => number
  readonly change: (work: () => void) => void
}

/** Beats, takes over what workers left that are gone, and forgets what is too old. */
export class Housekeeping {
  readonly #parts: HousekeepingParts
  #interval: ReturnType<typeof setInterval> | undefined
  #ended = 0

  constructor(parts: HousekeepingParts) {
    this.#parts = parts
  }

  start(): void {
    const beat = (): void => this.#parts.change(() => this.#beat())
    beat()
    this.#interval = every(beat, Math.min(this.#parts.leaseMs / 4, longestBeatMs))
    this.#interval.unref()
  }

  /** Says that a run has ended. */
  noteEnded(): void {
    if (++this.#ended % forgetEvery === 0) this.#forgetSoon()
  }

  stop(): void {
    stopEvery(this.#interval)
  }

  #beat(): void {
    const { connection, workers } = this.#parts
    workers.beat()
    for (const gone of workers.strikeOff()) takeOver(connection, gone)
    workers.forgetHandled()
    this.#forget()
  }

  #forgetSoon(): void {
    this.#parts.change(() => this.#forget())
  }

  #forget(): void {
    const { connection, retention, now } = this.#parts
    if (forgetJobs(connection, retention, now())) this.#forgetSoon()
    else giveBackSpace(connection)
  }
}
