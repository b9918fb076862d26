import { StoreError } from '@cgk-platform/jobs-core/errors'
import type { WorkerInfo } from '@cgk-platform/jobs-core/inspect'
import type { Envelope, EnvelopeResult, WaitingLimits } from '@cgk-platform/jobs-core/provider'
import { ownDefinitionIdOf } from '@cgk-platform/jobs-core/scheduling'

import { addWithin } from '../add-within.ts'
import type { SharedStore } from '../job-store.ts'
import type { RemoteSubscriber, WorkerDefinition } from '../../records/subscriber.ts'
import type { StoredJob, StoredRun } from '../../records/stored-run.ts'
import { addInTransaction, toLimitedStore } from './add-in-transaction.ts'
import type { Connection } from './file/connection.ts'
import { definitionsIn } from './tables/open-work.ts'
import { unclaimedEvents, leaveUnclaimed } from './tables/unclaimed-jobs.ts'
import { ExternalChangeWatcher } from './file/external-change-watcher.ts'
import type { Housekeeping } from './upkeep/housekeeping.ts'
import { readWorkers } from './workers/read-workers.ts'
import { logGrowth } from './file/log-file.ts'
import { sweepFile } from './file/sweep-file.ts'
import { toStoreError } from './file/to-store-error.ts'
import { isRunOf, keyOf, phases } from './tables/rows.ts'
import type { Workers } from './workers/workers.ts'
import type { WriteQueue } from './file/write-queue.ts'

/** The dependencies of `SharedFile`. */
export interface SharedFileDependencies {
  readonly connection: Connection
  readonly queue: WriteQueue
  readonly workers: Workers
  readonly housekeeping: Housekeeping
  /** Returns whether another process has changed running attempts of this one. */
  readonly hasRunChanges: () => boolean
  /** Checks the version of the file that a connection has open. @throws {StoreError} if this process cannot use it. */
  readonly checkVersion: (connection: Connection) => void
}

/** The operations of a SQLite store that involve other processes of its file. */
export class SharedFile implements SharedStore {
  readonly #dependencies: SharedFileDependencies
  readonly #watcher: ExternalChangeWatcher
  readonly #listeners: (() => void)[] = []
  #isWorker = false
  #isDisposed = false

  constructor(dependencies: SharedFileDependencies) {
    this.#dependencies = dependencies
    this.#watcher = new ExternalChangeWatcher(dependencies.connection, () => this.changed())
  }

  get problem(): Error | undefined {
    const { connection, queue, checkVersion } = this.#dependencies
    try {
      checkVersion(connection)
      return queue.problem
    } catch (error) {
      return error as Error
    }
  }

  get growth(): string | undefined {
    return logGrowth(this.#dependencies.connection.path)
  }

  onChange(listener: () => void): void {
    this.#listeners.push(listener)
  }

  /** Notifies the listeners of a change. */
  changed(): void {
    for (const listener of this.#listeners) listener()
  }

  statesOf(jobIds: readonly string[]): ReadonlyMap<string, string> {
    const { connection, queue } = this.#dependencies
    const sql =
      "SELECT j.id, j.state || ifnull((SELECT group_concat(r.state || r.attempts || ifnull(r.pause, '') || " +
      "ifnull((SELECT sum(octet_length(s.record)) FROM cgk_steps s WHERE s.run = r.run), '')) " +
      `FROM cgk_runs r WHERE ${isRunOf('j.seq')}), '') AS state FROM cgk_jobs j WHERE j.id IN (SELECT value FROM json_each(?))`
    const rows = queue.read(() => connection.all<{ id: string; state: string }>(sql, JSON.stringify(jobIds)), [])
    return new Map(rows.map(({ id, state }) => [id, state]))
  }

  hasUpdates(): boolean {
    const { workers, queue, hasRunChanges } = this.#dependencies
    return !workers.definitions.areWritten || queue.read(hasRunChanges, true)
  }

  publishDefinitions(definitions: readonly WorkerDefinition[]): void {
    const { workers, housekeeping } = this.#dependencies
    workers.definitions.publish(definitions)
    if (this.#isWorker) return this.changed()
    this.#isWorker = true
    housekeeping.start()
  }

  subscribersElsewhere(event: string): readonly RemoteSubscriber[] {
    return this.#dependencies.workers.definitions.elsewhere(event)
  }

  eventsElsewhere(): readonly string[] {
    return this.#dependencies.workers.definitions.allEvents()
  }

  leaveUnclaimed(job: StoredJob, definitionId: string, now: number): boolean {
    return leaveUnclaimed(this.#dependencies.connection, job, definitionId, now)
  }

  countWorkers(): number {
    return this.#dependencies.workers.countAlive()
  }

  workers(): readonly WorkerInfo[] {
    return readWorkers(this.#dependencies.connection)
  }

  workerOf(run: StoredRun): string | undefined {
    const { worker } = keyOf(run)
    return worker === 0 ? undefined : String(worker)
  }

  definitionsWithoutWorker(): readonly string[] {
    const { connection } = this.#dependencies
    const { ready, suspect, paused, blocked } = phases
    const sql =
      'SELECT DISTINCT h.definition_id AS id FROM cgk_definitions h JOIN cgk_workers w ON w.id = h.worker WHERE h.inherited = 0'
    const present = new Set(connection.all<{ id: string }>(sql).map(({ id }) => id))
    const unclaimed = unclaimedEvents(connection).map((event) => ownDefinitionIdOf(event)!)
    const waiting = new Set([...definitionsIn(connection, ready, suspect, paused, blocked), ...unclaimed])
    return [...waiting].filter((id) => !present.has(id))
  }

  addInTransaction(
    transaction: object,
    envelopes: readonly Envelope[],
    now: number,
    limits: WaitingLimits | undefined,
  ): readonly EnvelopeResult[] {
    const { connection, queue, housekeeping, checkVersion } = this.#dependencies
    queue.checkFile()
    housekeeping.noteSend()
    const add = (on: Connection): readonly EnvelopeResult[] => addWithin(toLimitedStore(on), envelopes, now, limits)
    return addInTransaction(connection.path, transaction, add, checkVersion)
  }

  async sweep(): Promise<readonly string[]> {
    const { connection } = this.#dependencies
    try {
      return await sweepFile(connection, () => this.#isDisposed)
    } catch (error) {
      throw StoreError.isInstance(error) ? error : toStoreError(error, connection.path)
    }
  }

  beginClosing(): void {
    this.#dependencies.queue.beginClosing()
  }

  dispose(): void {
    if (this.#isDisposed) return
    this.#isDisposed = true
    this.#dependencies.housekeeping.stop()
    this.#watcher.stop()
    this.#dependencies.queue.dispose()
    // The last connection to close writes the log into the file, which is then complete. A later read reopens it.
    this.#dependencies.connection.close()
  }
}
