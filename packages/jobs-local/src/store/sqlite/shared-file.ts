import type { Envelope } from '@cgk-platform/jobs-core/provider'

import type { SqliteTransaction } from '../../provider-options.ts'

import type { Added, Handled, SharedStore, Subscriber } from '../job-store.ts'
import { addWithin } from './add-within.ts'
import type { Connection } from './connection.ts'
import { ForeignChanges } from './foreign-changes.ts'
import type { Housekeeping } from './housekeeping.ts'
import { phases } from './rows.ts'
import type { Workers } from './workers.ts'
import type { WriteQueue } from './write-queue.ts'

/** What the shared side of a store stands on. */
export interface SharedFileParts {
  readonly connection: Connection
  readonly queue: WriteQueue
  readonly workers: Workers
  readonly housekeeping: Housekeeping
  /** Whether another process has done something to runs under way here. */
  readonly hasNews: () => boolean
}

/** What a store has to do with the other processes of its file. */
export class SharedFile implements SharedStore {
  readonly #parts: SharedFileParts
  readonly #foreign: ForeignChanges
  readonly #listeners: (() => void)[] = []
  #works = false
  #isDisposed = false

  constructor(parts: SharedFileParts) {
    this.#parts = parts
    this.#foreign = new ForeignChanges(parts.connection, () => this.changed())
  }

  get trouble(): Error | undefined {
    return this.#parts.queue.trouble
  }

  onChange(listener: () => void): void {
    this.#listeners.push(listener)
  }

  /** Tells that something has changed. */
  changed(): void {
    for (const listener of this.#listeners) listener()
  }

  statesOf(jobIds: readonly string[]): ReadonlyMap<string, string> {
    const { connection, queue } = this.#parts
    const sql =
      "SELECT j.id, j.state || ifnull((SELECT group_concat(r.state || r.attempts || ifnull(r.pause, '') || " +
      "ifnull((SELECT sum(length(s.record)) FROM cgk_steps s WHERE s.job = r.job AND s.number = r.number), '')) " +
      "FROM cgk_runs r WHERE r.job = j.seq), '') AS state FROM cgk_jobs j WHERE j.id IN (SELECT value FROM json_each(?))"
    const rows = queue.read(() => connection.all<{ id: string; state: string }>(sql, JSON.stringify(jobIds)), [])
    return new Map(rows.map(({ id, state }) => [id, state]))
  }

  hasNews(): boolean {
    const { workers, queue, hasNews } = this.#parts
    return !workers.isToldAll || queue.read(hasNews, true)
  }

  handle(handled: readonly Handled[]): void {
    const { workers, housekeeping } = this.#parts
    workers.handle(handled)
    if (this.#works) return this.changed()
    this.#works = true
    housekeeping.start()
  }

  handledElsewhere(event: string): readonly Subscriber[] {
    return this.#parts.workers.handledElsewhere(event)
  }

  livingWorkers(): number {
    return this.#parts.workers.countLiving()
  }

  waitingForWorker(): readonly string[] {
    // From one definition to the next, not over all their runs.
    const sql =
      'WITH RECURSIVE found(definition) AS (' +
      `SELECT min(definition) FROM cgk_runs WHERE phase = ${phases.ready} UNION ALL ` +
      `SELECT (SELECT min(r.definition) FROM cgk_runs r WHERE r.phase = ${phases.ready} AND r.definition > found.definition) ` +
      'FROM found WHERE found.definition IS NOT NULL) ' +
      'SELECT definition FROM found WHERE definition IS NOT NULL AND definition NOT IN ' +
      '(SELECT h.definition FROM cgk_handled h JOIN cgk_workers w ON w.id = h.worker WHERE h.inherited = 0)'
    return this.#parts.connection.all<{ definition: string }>(sql).map(({ definition }) => definition)
  }

  addWithin(transaction: SqliteTransaction, envelopes: readonly Envelope[], now: number): readonly Added[] {
    return addWithin(this.#parts.connection.path, transaction, envelopes, now)
  }

  beginClosing(): void {
    this.#parts.queue.beginClosing()
  }

  dispose(): void {
    if (this.#isDisposed) return
    this.#isDisposed = true
    this.#parts.housekeeping.stop()
    this.#foreign.stop()
    this.#parts.queue.dispose()
    // The last one writes the log into the file, which is whole by itself then. A later read opens it again.
    this.#parts.connection.close()
  }
}
