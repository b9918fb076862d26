import type { OpenedDatabase } from '../database/database.ts'
import { Notifications } from '../database/notifications.ts'
import type { Hints } from '../store/changes.ts'
import { lookForWork, nextDueAt } from '../store/claims/open-work.ts'
import type { Worker } from '../store/workers/worker.ts'

// Captured at load time, so that fake timers that a test installs later do not stop it.
const { setTimeout: later, clearTimeout: cancelLater } = globalThis

/** Pauses between two looks at the tables, in milliseconds. */
export const pollMs = { listening: 2500, polling: 575 }

/**
 * The work in the database, as far as this process knows: by its own changes, by notifications of others, and by looks at the
 * tables, which also find what a lost notification would have told.
 */
export class WorkWatch {
  readonly notifications: Notifications
  /** Whether a pass might find work. */
  mayHaveWork = true
  /** Whether notices may wait for the worker. */
  hasNotices = true
  /** When the next job or run is due. */
  nextDueAt: number | undefined
  readonly #database: OpenedDatabase
  readonly #worker: Worker
  readonly #listeners = new Set<() => void>()
  #isWorker = false
  #timer: ReturnType<typeof setTimeout> | undefined
  #isClosed = false

  constructor(database: OpenedDatabase, worker: Worker) {
    this.#database = database
    this.#worker = worker
    this.notifications = new Notifications({ database, received: (words) => this.#received(words) })
    this.#lookLater()
  }

  /** Whether this process runs jobs. */
  get isWorker(): boolean {
    return this.#isWorker
  }

  /** Returns whether a pass might begin work now. */
  hasReady(now: number): boolean {
    return this.mayHaveWork || this.hasNotices || (this.nextDueAt ?? Number.POSITIVE_INFINITY) <= now
  }

  /** Calls `listener` when another process may have changed something. */
  onChange(listener: () => void): void {
    this.#listeners.add(listener)
  }

  /** From now on, this process runs jobs. Returns false if it did before. */
  beginWork(): boolean {
    if (this.#isWorker) return false
    this.notifications.listen()
    return (this.#isWorker = true)
  }

  /** Work may begin in this process. */
  wake(): void {
    this.mayHaveWork = true
    this.#changed()
  }

  /** Tells other processes that work may begin, or that jobs have changed, for those who watch them. */
  send(...words: readonly ('work' | 'jobs')[]): void {
    this.notifications.send(...words)
  }

  /** Tells other processes what a transaction has done. */
  tell({ isWorkReady, workers }: Hints): void {
    const own = this.#worker.id
    if (workers.has(own)) this.hasNotices = true
    const words = [...workers].filter((id) => id !== own).map(String)
    if (isWorkReady) words.push('work')
    if (words.length > 0) this.notifications.send(...words)
  }

  /** Also looks for work in this process. */
  told(hints: Hints): void {
    this.tell(hints)
    if (hints.isWorkReady || this.hasNotices) this.wake()
  }

  /** Stops to look at the tables. */
  stop(): void {
    this.#isClosed = true
    cancelLater(this.#timer)
  }

  #received(words: ReadonlySet<string> | undefined): void {
    const hasNotices = !words || words.has(String(this.#worker.id))
    if (hasNotices) this.hasNotices = true
    if (hasNotices || words.has('work')) this.wake()
    else if (words.has('jobs')) this.#changed()
  }

  #changed(): void {
    for (const listener of this.#listeners) listener()
  }

  #lookLater(): void {
    if (this.#isClosed) return
    const again = (): void => this.#lookLater()
    this.#timer = later(() => void this.#look().then(again, again), pollMs[this.notifications.awareness])
    this.#timer.unref()
  }

  async #look(): Promise<void> {
    if (!this.#isWorker) return this.#changed()
    const work = await lookForWork(this.#database, this.#worker)
    this.nextDueAt = nextDueAt(work)
    this.hasNotices ||= work.has_notices
    if (this.hasNotices || work.is_ready) this.wake()
    else this.#changed()
  }
}
