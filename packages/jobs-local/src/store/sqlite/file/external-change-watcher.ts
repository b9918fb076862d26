import { type FSWatcher, watch } from 'node:fs'

import type { Connection } from './connection.ts'

// Captured at load time, so that fake timers that a test installs later do not stop it.
const { setInterval: every, clearInterval: stopEvery, setTimeout: later, clearTimeout: cancelLater } = globalThis

/**
 * Polling intervals in milliseconds: a fallback for missed file system events, and the only source if events do not
 * work.
 */
const pollMs = { withEvents: 1000, withoutEvents: 50 }

/**
 * Number of checks after a file system event, and the growth of the pause between them. The event reports the write to
 * the log, but the commit takes effect later, when the disk has synced it, without another event. The checks span most
 * of a second. Each detects a commit at most a third later than the sync took.
 */
const checks = { count: 21, growth: 1.3 }

/** Detects changes of the file by other connections. Watches the log, to which each commit is written. */
export class ExternalChangeWatcher {
  readonly #connection: Connection
  readonly #changed: () => void
  #watcher: FSWatcher | undefined
  #interval: ReturnType<typeof setInterval> | undefined
  #next: ReturnType<typeof setTimeout> | undefined
  #checks = 0
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
      this.#watcher = watch(`${this.#connection.path}-wal`, { persistent: false }, () => this.#onEvent())
      this.#watcher.on('error', () => this.#pollOnly())
      this.#pollEvery(pollMs.withEvents)
    } catch {
      this.#pollOnly()
    }
  }

  #pollOnly(): void {
    this.#watcher?.close()
    this.#watcher = undefined
    this.#pollEvery(pollMs.withoutEvents)
  }

  #pollEvery(intervalMs: number): void {
    stopEvery(this.#interval)
    this.#interval = every(() => this.#compare(), intervalMs)
    this.#interval.unref()
  }

  /** Starts the checks. One commit can cause several events. */
  #onEvent(): void {
    if (this.#isStopped || (this.#next && this.#checks === 0)) return
    cancelLater(this.#next)
    this.#checks = 0
    this.#scheduleCheck()
  }

  #scheduleCheck(): void {
    this.#next = later(() => {
      this.#next = undefined
      if (++this.#checks < checks.count) this.#scheduleCheck()
      this.#compare()
    }, checks.growth ** this.#checks)
    this.#next.unref()
  }

  /**
   * Compares `data_version`, which only commits of other connections change:
   * https://www.sqlite.org/pragma.html#pragma_data_version
   */
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
      return Number.NaN // differs from any version, so a file that cannot be read now counts as changed
    }
  }

  stop(): void {
    this.#isStopped = true
    this.#watcher?.close()
    stopEvery(this.#interval)
    cancelLater(this.#next)
  }
}
