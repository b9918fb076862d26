import { type FSWatcher, watch } from 'node:fs'

import type { Connection } from './connection.ts'

// Taken now, so that fake timers that a test installs later do not stop it.
const { setInterval: every, clearInterval: stopEvery, setTimeout: later, clearTimeout: cancelLater } = globalThis

/** How often it is looked all the same, since a file system may tell nothing; where it never does, the shorter one. */
const lookMs = { told: 1000, untold: 50 }
/** The longest pause between looks after something was written to the log; together they take about twice as long. */
const longestPauseMs = 256

/** Tells when another connection has changed the file: the system says so, since each commit is written to the log. */
export class ForeignChanges {
  readonly #connection: Connection
  readonly #changed: () => void
  #watcher: FSWatcher | undefined
  #interval: ReturnType<typeof setInterval> | undefined
  #version: number
  #next: ReturnType<typeof setTimeout> | undefined
  #pauseMs = 0
  #isStopped = false

  constructor(connection: Connection, changed: () => void) {
    this.#connection = connection
    this.#changed = changed
    this.#version = this.#read()
    this.#watch()
  }

  #watch(): void {
    try {
      this.#watcher = watch(`${this.#connection.path}-wal`, { persistent: false }, () => this.#look())
      this.#watcher.on('error', () => this.#lookOften())
      this.#lookEvery(lookMs.told)
    } catch {
      this.#lookOften()
    }
  }

  #lookOften(): void {
    this.#watcher?.close()
    this.#watcher = undefined
    this.#lookEvery(lookMs.untold)
  }

  #lookEvery(intervalMs: number): void {
    stopEvery(this.#interval)
    this.#interval = every(() => this.#compare(), intervalMs)
    this.#interval.unref()
  }

  /**
   * What is written to the log is told at once, and committed only when the disk has taken it, which nothing tells: it is
   * looked again and again for a while.
   */
  #look(): void {
    const isSoon = this.#next !== undefined && this.#pauseMs === 1
    this.#pauseMs = 1
    if (!isSoon) this.#lookIn(0)
  }

  #lookIn(pauseMs: number): void {
    cancelLater(this.#next)
    this.#next = later(() => this.#lookAgain(), pauseMs)
    this.#next.unref()
  }

  #lookAgain(): void {
    this.#next = undefined
    this.#compare()
    if (this.#isStopped || this.#pauseMs > longestPauseMs) return
    this.#lookIn(this.#pauseMs)
    this.#pauseMs *= 2
  }

  /** Counts the commits of others alone: https://www.sqlite.org/pragma.html#pragma_data_version */
  #compare(): void {
    if (this.#isStopped) return
    const version = this.#read()
    if (version === this.#version) return
    this.#version = version
    this.#changed()
  }

  #read(): number {
    try {
      return this.#connection.get<{ data_version: number }>('PRAGMA data_version')!.data_version
    } catch {
      return Number.NaN // a file that cannot be read now is looked at again
    }
  }

  stop(): void {
    this.#isStopped = true
    cancelLater(this.#next)
    this.#watcher?.close()
    stopEvery(this.#interval)
  }
}
