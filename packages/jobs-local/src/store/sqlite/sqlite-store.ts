import { type Logger, isEnded } from '@cgk-platform/jobs-core'
import type { JobErrorInfo, Envelope, ListQuery, Outcome, StepRecord } from '@cgk-platform/jobs-core/provider'

import type { Added, ChangeEnd, JobStore, LimitsOf, News, StoredJob, StoredRun, Subscriber } from '../job-store.ts'
import type { Retention } from '../retained-jobs.ts'
import { stateOf } from '../state-of.ts'
import { cancelJob, noteCancelled } from './cancel-job.ts'
import { claimRuns, Turns } from './claim-runs.ts'
import type { Connection } from './connection.ts'
import { FreshRuns } from './fresh-runs.ts'
import { HeldRuns } from './held-runs.ts'
import { Housekeeping } from './housekeeping.ts'
import { JobsReader } from './jobs-reader.ts'
import * as jobs from './jobs-table.ts'
import { checkVersion, openFile } from './open-file.ts'
import { countOpenJobs, hasOpenRun, hasReadyRun, nextDueAt } from './open-work.ts'
import { retryJob } from './retry-job.ts'
import { keyOf, type NoticeRow, seqOf } from './rows.ts'
import * as runs from './runs-table.ts'
import { SentHere } from './sent-here.ts'
import { SharedFile } from './shared-file.ts'
import { writeRecord, writeStep } from './steps-table.ts'
import { takeDue } from './take-due.ts'
import { readOrTell } from './to-store-error.ts'
import { WaitsTable } from './waits-table.ts'
import { Workers } from './workers.ts'
import { WriteQueue } from './write-queue.ts'

/** Where jobs are kept, and how long. */
export interface SqliteStoreOptions {
  readonly path: string
  readonly retention: Retention
  readonly leaseMs: number
  readonly logger: Logger
  readonly now: () => number
}

/** Keeps jobs in a file, which several processes of a machine may share. @throws {StoreError} where it cannot be used. */
export function createSqliteStore(options: SqliteStoreOptions): JobStore {
  return new SqliteStore(openFile(options.path), options)
}

/** When a file that could not be read is looked at again, milliseconds. */
const lookAgainMs = 1000

class SqliteStore implements JobStore {
  readonly shared: SharedFile
  readonly #connection: Connection
  readonly #now: () => number
  readonly #reader: JobsReader
  readonly #queue: WriteQueue
  readonly #workers: Workers
  readonly #waits: WaitsTable
  readonly #housekeeping: Housekeeping
  readonly #turns = new Turns()
  readonly #sentHere = new SentHere()
  readonly #fresh: FreshRuns
  /** The runs that are under way here. */
  readonly #held = new HeldRuns()
  /** Whether a claim might find something: not after one that found less than it could take, until something changes. */
  #mayHaveNext = true

  constructor(connection: Connection, { retention, leaseMs, logger, now }: SqliteStoreOptions) {
    const reader = new JobsReader(connection)
    const workers = new Workers(connection, leaseMs)
    const queue = new WriteQueue({
      connection,
      logger,
      begun: () => this.#begun(),
      ending: () => this.#fresh.writeWaiting(),
      rolledBack: () => this.#rolledBack(),
    })
    const change = (work: () => void): void => void queue.add(work, { done: () => this.shared.changed() })
    this.#connection = connection
    this.#now = now
    this.#reader = reader
    this.#fresh = new FreshRuns(connection)
    this.#workers = workers
    this.#queue = queue
    this.#waits = new WaitsTable({ connection, reader, wake: (run) => this.wakeRun(run) })
    this.#housekeeping = new Housekeeping({ connection, retention, leaseMs, workers, now, change })
    const hasNews = (): boolean => this.#hasNews()
    this.shared = new SharedFile({ connection, queue, workers, housekeeping: this.#housekeeping, hasNews })
    this.shared.onChange(() => void (this.#mayHaveNext = true))
  }

  get isChanging(): boolean {
    return this.#queue.isBusy
  }

  change<T>(work: () => T, end: ChangeEnd<T>): Promise<void> {
    return this.#queue.add(work, end)
  }

  add(envelopes: readonly Envelope[], now: number): readonly Added[] {
    // A process that only sends takes none.
    if (this.#workers.id !== 0) this.#sentHere.remember(envelopes)
    return jobs.addJobs(this.#connection, envelopes, now)
  }

  get(jobId: string): StoredJob | undefined {
    return this.#read(() => this.#reader.job(jobId))
  }

  takeDueJobs(max: number, now: number): readonly StoredJob[] {
    return takeDue(this.#connection, { max, now, sentHere: this.#sentHere })
  }

  addRuns(job: StoredJob, subscribers: readonly Subscriber[], now: number): void {
    for (const subscriber of subscribers) this.#fresh.add(job, subscriber)
    if (subscribers.length > 0) return
    jobs.endJob(this.#connection, seqOf(job), 'completed', now)
    this.#waits.answerJob(job.envelope.id, now)
  }

  claim(max: number, limitsOf: LimitsOf, now: number): readonly StoredRun[] {
    this.#workers.join()
    runs.wakeDueRuns(this.#connection, now)
    const { id: worker } = this.#workers
    const mayBegin = (definitionId: string): boolean => this.#workers.mayBegin(definitionId)
    // Others that wait come first, and limits are counted over all workers.
    const isUnlimited = (definitionId: string): boolean => !limitsOf(definitionId) && mayBegin(definitionId)
    const direct = hasReadyRun(this.#connection) ? [] : this.#fresh.writeBegun(max, worker, isUnlimited, now)
    this.#fresh.writeWaiting()
    const left = max - direct.length
    const options = { connection: this.#connection, turns: this.#turns, max: left, worker, limitsOf, mayBegin, now }
    const claimed = left > 0 ? claimRuns(options) : []
    for (const run of direct) this.#held.add(run)
    for (const run of claimed) {
      this.#held.add(run)
      // What a workflow goes on from, with what has been answered meanwhile.
      if (run.workflow) this.#waits.takeNotices(run, now)
    }
    this.#mayHaveNext = claimed.length === left
    return [...direct, ...claimed]
  }

  hasDueJobs(now: number): boolean {
    return this.#queue.read(() => jobs.hasDue(this.#connection, now), false)
  }

  hasReady(now: number): boolean {
    if (this.#mayHaveNext && this.hasWaiting()) return true
    if (this.hasDueJobs(now)) return true
    return (this.nextDueAt() ?? Number.POSITIVE_INFINITY) <= now
  }

  hasWaiting(): boolean {
    return this.#queue.read(() => hasReadyRun(this.#connection), false)
  }

  settle(run: StoredRun, attempt: number, outcome: Outcome, now: number, leaves = false): boolean {
    const connection = this.#connection
    const isSettled = runs.settleRun(connection, run, { attempt, outcome, now })
    if (isSettled && !leaves) runs.stay(connection, run)
    if (!isSettled && leaves) this.release(run)
    const { type } = outcome
    if (isSettled && (type === 'completed' || type === 'failed' || type === 'cancelled')) {
      if (run.workflow) this.#waits.forget(keyOf(run))
      this.#waits.answerJob(run.job.envelope.id, now)
      this.#housekeeping.noteEnded()
    }
    this.#held.remove(run)
    this.#mayHaveNext = true
    return isSettled
  }

  saveStep(run: StoredRun, step: StepRecord, now: number): boolean {
    if (!writeRecord(this.#connection, run)) return false
    if (step.state === 'waiting') this.#waits.lookBack(run, step, now)
    writeStep(this.#connection, run, step)
    this.#waits.note(run, step)
    return true
  }

  saveFailure(run: StoredRun): void {
    writeRecord(this.#connection, run)
  }

  answerWaits(envelope: Envelope, now: number): number {
    return this.#waits.answerEvent(envelope, now)
  }

  takeNews(now: number): News {
    // Before its runs are claimed again, by this process perhaps: what it did with them is over.
    if (this.#workers.id !== 0) this.#workers.join()
    const { id: worker } = this.#workers
    const lost = this.#held.lostBy(worker)
    const sql = 'SELECT job, number, key FROM cgk_notices WHERE worker = ? ORDER BY seq'
    const answered: { run: StoredRun; step: StepRecord }[] = []
    const cancelled: StoredRun[] = []
    for (const { job, number, key } of this.#connection.all<NoticeRow>(sql, worker)) {
      const run = this.#held.get({ seq: job, number })
      if (!run) continue
      if (key === null) cancelled.push(run)
      else for (const step of this.#waits.takeNotices(run, now)) answered.push({ run, step })
    }
    this.#connection.run('DELETE FROM cgk_notices WHERE worker = ? AND key IS NULL', worker)
    return { answered, cancelled, lost }
  }

  #hasNews(): boolean {
    const sql = 'SELECT 1 AS one FROM cgk_notices WHERE worker = ? LIMIT 1'
    return this.#connection.get(sql, this.#workers.id) !== undefined || this.#held.lostBy(this.#workers.id).length > 0
  }

  wakeRun(run: StoredRun): void {
    runs.wakeRun(this.#connection, keyOf(run), run.graceMs)
    this.#mayHaveNext = true
  }

  release(run: StoredRun): void {
    const key = keyOf(run)
    if (!runs.endStay(this.#connection, key)) runs.leavePlace(this.#connection, key)
    runs.beginCompensation(this.#connection, key)
    this.#mayHaveNext = true
  }

  cancel(jobId: string, now: number): readonly StoredRun[] {
    const job = this.#reader.job(jobId)
    if (!job || isEnded(stateOf(job))) return []
    this.#mayHaveNext = true
    const running = cancelJob(this.#connection, job, this.#waits, now)
    const isHere = (run: StoredRun): boolean => keyOf(run).worker === this.#workers.id
    for (const run of running) if (!isHere(run)) noteCancelled(this.#connection, run)
    return running.filter(isHere).map((run) => this.#held.get(keyOf(run)) ?? run)
  }

  retry(jobId: string): void {
    const job = this.#reader.job(jobId)
    if (!job || stateOf(job) !== 'failed') return
    retryJob(this.#connection, job)
    this.#mayHaveNext = true
  }

  nextDueAt(): number | undefined {
    return this.#queue.read(() => nextDueAt(this.#connection), this.#now() + lookAgainMs)
  }

  hasOpenRun(definitionId: string, tenantId: string): boolean {
    return this.#queue.read(() => hasOpenRun(this.#connection, definitionId, tenantId), false)
  }

  list(query: ListQuery): { jobs: StoredJob[]; cursor?: string } {
    return this.#read(() => jobs.listJobs(this.#connection, query, (job) => this.#reader.withRuns(job)))
  }

  openJobs(most = Number.MAX_SAFE_INTEGER): number {
    return this.#read(() => countOpenJobs(this.#connection, most))
  }

  lastTick(definitionId: string): number | undefined {
    const sql = 'SELECT tick FROM cgk_ticks WHERE definition = ?'
    return this.#queue.read(() => this.#connection.get<{ tick: number }>(sql, definitionId)?.tick, undefined)
  }

  setLastTick(definitionId: string, tick: number): void {
    const sql = 'INSERT INTO cgk_ticks VALUES (?1, ?2) ON CONFLICT DO UPDATE SET tick = max(tick, ?2)'
    this.#connection.run(sql, definitionId, tick)
  }

  close(_reason: JobErrorInfo, _now: number): readonly string[] {
    this.#housekeeping.stop() // a beat after this would join again
    // What handlers still do that took no notice of the end is not recorded: their runs are free for others.
    if (this.#workers.id !== 0) runs.takeOver(this.#connection, this.#workers.id)
    this.#workers.leave()
    return []
  }

  /** Reads what this process has changed, too. */
  #read<T>(read: () => T): T {
    this.#queue.writeNow()
    return readOrTell(this.#connection.path, read)
  }

  #begun(): void {
    checkVersion(this.#connection)
    this.#workers.begin()
    this.#fresh.clear()
    this.#waits.begin()
    this.#held.begin()
  }

  #rolledBack(): void {
    this.#workers.rolledBack()
    this.#held.rolledBack()
  }
}
