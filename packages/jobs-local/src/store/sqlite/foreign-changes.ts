import { type FSWatcher, watch } from 'node:fs'

import type { Connection } from './connection.ts'

// Taken now, so that fake timers that a test installs later do not stop it.
const { setInterval: every, clearInterval: stopEvery, setTimeout: later, clearTimeout: cancelLater } = globalThis

/** How often it is looked all the same, since a file system may tell nothing; where it never does, the shorter one. */
const lookMs = { told: 1000, untold: 50 }

/**
 * After the system has told of a write, it is looked so many times, further and further apart: the log is written before
 * its commit counts, for which the disk may need a while, and of that nothing tells. They reach over most of a second, and
 * each comes late by a third of the time that the disk took, at most.
 */
const looks = { count: 21, growth: 1.3 }

/** Tells when another connection has changed the file: the system says so, since each commit is written to the log. */
export class ForeignChanges {
  readonly #connection: Connection
  readonly #changed: () => void
  #watcher: FSWatcher | undefined
  #interval: ReturnType<typeof setInterval> | undefined
  #next: ReturnType<typeof setTimeout> | undefined
  #looks = 0
  #version: number
  #isStopped = false

  constructor(connection: Connection, changed: () => void) {
    this.#connection = connection
    this.#changed = changed
    this.#version = this.#read()
    this.#watch()
  }

  #watch(): void {
    try {
      this.#watcher = watch(`${this.#connection.path}-wal`, { persistent: false }, () => this.#told())
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

  /** One commit may be told several times. */
  #told(): void {
    if (this.#isStopped || (this.#next && this.#looks === 0)) return
    cancelLater(this.#next)
    this.#looks = 0
    this.#lookLater()
  }

  #lookLater(): void {
    this.#next = later(() => {
      this.#next = undefined
      if (++this.#looks < looks.count) this.#lookLater()
      this.#compare()
    }, looks.growth ** this.#looks)
    this.#next.unref()
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
    this.#watcher?.close()
    stopEvery(this.#interval)
    cancelLater(this.#next)
  }
}
