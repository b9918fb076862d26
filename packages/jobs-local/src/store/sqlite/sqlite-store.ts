import { isEnded, type Logger } from '@cgk-platform/jobs-core'
import { retryableStates } from '@cgk-platform/jobs-core/scheduling'
import type { Clock, Envelope, JobErrorInfo, ListQuery, Outcome, StepRecord } from '@cgk-platform/jobs-core/provider'

import { slotsOf } from './claims/slots-of.ts'
import type { SlotFacts } from '../../records/slot-facts.ts'
import * as jobs from './tables/jobs-table.ts'
import * as notices from './tables/notices-table.ts'
import * as runs from './tables/runs-table.ts'
import * as ticks from './tables/ticks-table.ts'
import type {
  AddedJob,
  ChangeCallbacks,
  ErasedJobs,
  GetOptions,
  JobStore,
  LimitsOf,
  Retention,
  RunChanges,
  StoredPage,
} from '../job-store.ts'
import { noteRetry, type StoredJob, type StoredRun, stateOf } from '../../records/stored-run.ts'
import type { Subscriber } from '../../records/subscriber.ts'
import type { Steps } from '../../time/steps.ts'
import { WallClock } from '../../time/wall-clock.ts'
import { cancelJob } from './cancel-job.ts'
import { Claims } from './claims/claims.ts'
import { type Connection, readAtOnce } from './file/connection.ts'
import { UnwrittenRuns } from './claims/unwritten-runs.ts'
import { HeldRuns } from './workers/held-runs.ts'
import { Housekeeping } from './upkeep/housekeeping.ts'
import { SqliteInspection } from './inspection/sqlite-inspection.ts'
import { JobsReader } from './tables/jobs-reader.ts'
import { DueJobs } from './due-jobs.ts'
import { eraseJobs } from './upkeep/erase-jobs.ts'
import { followClock } from './upkeep/follow-clock.ts'
import { listJobs } from './inspection/list-jobs.ts'
import { applySteps, checkVersion, explainError, latestOf } from './file/file-version.ts'
import { openFile, type OpenOptions } from './file/open-file.ts'
import { type Migration, migrations } from './file/schema.ts'
import { countOpenJobs, countReadyByDefinition, hasOpenRun, hasReadyRun } from './tables/open-work.ts'
import { countParked, fittingRuns } from './tables/parked-runs.ts'
import { PausesTable } from './tables/pauses-table.ts'
import { retryJob } from './retry-job.ts'
import { keyOf, seqOf } from './tables/rows.ts'
import { SharedFile } from './shared-file.ts'
import { writeRecord, writeStep } from './tables/steps-table.ts'
import { takeOver } from './upkeep/take-over.ts'
import { WaitsTable } from './tables/waits-table.ts'
import { WaitingPlaces } from './waiting-places.ts'
import { Workers } from './workers/workers.ts'
import { WriteQueue } from './file/write-queue.ts'

/** The options of a SQLite store. */
export interface SqliteStoreOptions {
  readonly path: string
  readonly retention: Retention
  readonly leaseMs: number
  readonly tenantWeights: ReadonlyMap<string, number>
  readonly logger: Logger
  readonly clock: Pick<Clock, 'now' | 'elapsed'>
  /** The treatment of a file that lacks steps. Default `'refuse'`. */
  readonly ifOlder?: OpenOptions['ifOlder']
  /** The migration steps. Default: those of this version. */
  readonly steps?: readonly Migration[] | undefined
}

/** Creates a store in a file that processes can share. @throws {StoreError} if the file cannot be used. */
export function createSqliteStore(options: SqliteStoreOptions): JobStore {
  const { path, ifOlder = 'refuse', steps = migrations } = options
  return new SqliteStore(openFile(path, { ifOlder, steps }), steps, options)
}

/** Pause before reading again after a read failed, in milliseconds. */
const readRetryMs = 1000

class SqliteStore implements JobStore {
  readonly shared: SharedFile
  readonly pauses: PausesTable
  readonly inspection: SqliteInspection
  readonly #connection: Connection
  readonly #steps: readonly Migration[]
  readonly #clock: Pick<Clock, 'now'>
  readonly #wall: WallClock
  readonly #reader: JobsReader
  readonly #queue: WriteQueue
  readonly #workers: Workers
  readonly #waits: WaitsTable
  readonly #housekeeping: Housekeeping
  readonly #claims: Claims
  readonly #unwritten: UnwrittenRuns
  readonly #dueJobs: DueJobs
  readonly #places: WaitingPlaces
  /** The runs that this process holds. */
  readonly #held = new HeldRuns()
  /** Whether a claim might find a run. False after one that did not fill all slots, until a change. */
  #mayHaveNext = true

  constructor(connection: Connection, steps: readonly Migration[], options: SqliteStoreOptions) {
    const { retention, leaseMs, tenantWeights, logger, clock } = options
    const workers = new Workers(connection, leaseMs)
    const unwritten = new UnwrittenRuns(connection, this.#held, workers)
    const queue = new WriteQueue({
      connection,
      logger,
      onBegin: () => this.#onBegin(),
      beforeCommit: () => this.#unwritten.writeWaiting(),
      toError: (error) => this.#toError(error),
      onRollback: () => this.#onRollback(),
    })
    const change = (work: () => void): Promise<void> => queue.add(work, { done: () => this.shared.changed() })
    const read = <T>(work: () => T): T => this.#read(work)
    this.#connection = connection
    this.#steps = steps
    this.pauses = new PausesTable(connection, read, () => void (this.#mayHaveNext = true))
    this.inspection = new SqliteInspection(connection, read)
    this.#clock = clock
    this.#wall = new WallClock(clock)
    this.#reader = new JobsReader(connection)
    this.#unwritten = unwritten
    this.#workers = workers
    this.#queue = queue
    this.#dueJobs = new DueJobs(connection, tenantWeights)
    this.#places = new WaitingPlaces(connection, () => unwritten.writeWaiting())
    this.#claims = new Claims({ connection, workers, unwritten, held: this.#held, tenantWeights, clock })
    this.#waits = new WaitsTable({ connection, reader: this.#reader, wake: (run) => this.wakeRun(run) })
    this.#housekeeping = new Housekeeping({ connection, retention, leaseMs, workers, now: () => clock.now(), change })
    const hasRunChanges = (): boolean => this.#hasRunChanges()
    const check = (opened: Connection): void => void checkVersion(opened, steps)
    const housekeeping = this.#housekeeping
    this.shared = new SharedFile({ connection, queue, workers, housekeeping, hasRunChanges, checkVersion: check })
    this.shared.onChange(() => void (this.#mayHaveNext = true))
  }

  get isChanging(): boolean {
    return this.#queue.isBusy
  }

  change<T>(work: () => T, end: ChangeCallbacks<T>): Promise<void> {
    return this.#queue.add(work, end)
  }

  add(envelopes: readonly Envelope[], now: number): readonly AddedJob[] {
    this.#housekeeping.noteSend()
    // A process that only sends never takes jobs.
    return jobs.addJobs(this.#connection, envelopes, now, this.#workers.id === 0 ? undefined : this.#dueJobs.recent)
  }

  isKnown(envelope: Envelope, now: number): boolean {
    return envelope.idempotencyKey !== undefined && jobs.keyHolder(this.#connection, envelope, now) !== undefined
  }

  placesFor(wanted: number, limit: number, tenantId?: string): number {
    return this.#places.placesFor(wanted, limit, tenantId)
  }

  get(jobId: string, options?: GetOptions): StoredJob | undefined {
    return this.#read(() => this.#reader.job(jobId, options))
  }

  takeDueJobs(max: number, now: number): readonly StoredJob[] {
    return this.#dueJobs.take(this.#claims.maxDue(max), now)
  }

  addRuns(job: StoredJob, subscribers: readonly Subscriber[], now: number): readonly string[] {
    const superseded = subscribers.flatMap((subscriber) => this.#unwritten.add(job, subscriber, now) ?? [])
    for (const id of superseded) this.#waits.resolveJobWaits(id, now)
    return superseded
  }

  endWithoutRuns(job: StoredJob, state: 'completed' | 'unhandled', now: number): void {
    jobs.endJob(this.#connection, seqOf(job), state, now)
    this.#waits.resolveJobWaits(job.envelope.id, now)
  }

  claim(max: number, limitsOf: LimitsOf, now: number): readonly StoredRun[] {
    this.#workers.join()
    const claimed = this.#claims.claim(max, limitsOf, now)
    for (const run of claimed) {
      this.#held.add(run)
      // Add the results that arrived while no worker held the workflow.
      if (run.workflow) this.#waits.takeNotices(run, now)
    }
    this.#mayHaveNext = claimed.length === max
    return claimed
  }

  slotsOf(run: StoredRun): SlotFacts {
    return this.#queue.read(() => slotsOf(this.#connection, keyOf(run).run), { held: [], throttle: undefined })
  }

  postpone(job: StoredJob, until: number): void {
    jobs.postponeJob(this.#connection, seqOf(job), until)
  }

  hasDueJobs(now: number): boolean {
    return this.#queue.read(() => jobs.hasDue(this.#connection, now), false)
  }

  hasReady(now: number): boolean {
    if (this.#mayHaveNext && this.#queue.read(() => this.#hasReadyRun(), false)) return true
    if (this.hasDueJobs(now)) return true
    return (this.nextDueAt() ?? Number.POSITIVE_INFINITY) <= now
  }

  #hasReadyRun(): boolean {
    return hasReadyRun(this.#connection) || fittingRuns(this.#connection, this.#workers.definitions.own, 1).length > 0
  }

  parkedRuns(max: number): number {
    return this.#queue.read(() => countParked(this.#connection, max), 0)
  }

  waitingRuns(max: number): ReadonlyMap<string, number> {
    return this.#queue.read(() => countReadyByDefinition(this.#connection, max), new Map())
  }

  settle(run: StoredRun, attempt: number, outcome: Outcome, now: number, releasesSlot = false): boolean {
    const isSuspect = this.#claims.isOnProbation(run)
    const definitions = this.#workers.definitions.own
    const isSettled = runs.settleRun(this.#connection, run, { attempt, outcome, now, isSuspect, definitions })
    if (isSettled && !releasesSlot) runs.holdLeftoverSlot(this.#connection, run)
    if (!isSettled && releasesSlot && run.gather?.role !== 'follows') this.release(run)
    const { type } = outcome
    if (isSettled && (type === 'completed' || type === 'failed' || type === 'cancelled')) {
      if (run.workflow) this.#waits.removeAll(keyOf(run))
      this.#waits.resolveJobWaits(run.job.envelope.id, now)
      this.#housekeeping.countEnded()
    }
    if (isSettled && type === 'restarted') this.#waits.removeAll(keyOf(run))
    this.#held.remove(run)
    if (isSuspect) this.#claims.writeProbation()
    this.#mayHaveNext = true
    return isSettled
  }

  saveStep(run: StoredRun, step: StepRecord, now: number): boolean {
    if (!writeRecord(this.#connection, run)) return false
    if (step.state === 'waiting') this.#waits.resolveFromPast(run, step, now)
    writeStep(this.#connection, run, step)
    this.#waits.update(run, step)
    return true
  }

  deletedUntil(now: number): number {
    return this.#housekeeping.deletedUntil(now)
  }

  saveRecord(run: StoredRun): void {
    writeRecord(this.#connection, run)
  }

  resolveWaits(envelope: Envelope, now: number): number {
    return this.#waits.resolveEventWaits(envelope, now)
  }

  takeRunChanges(now: number): RunChanges {
    // Find lost runs before they are claimed again, perhaps by this process itself.
    if (this.#workers.id !== 0) this.#workers.join()
    const { id: worker } = this.#workers
    const lost = this.#held.lostBy(worker)
    const resolved: { run: StoredRun; step: StepRecord }[] = []
    const cancelled: StoredRun[] = []
    for (const { run: id, key } of notices.readNotices(this.#connection, worker)) {
      const run = this.#held.get(id)
      if (!run) continue
      if (key === null) cancelled.push(run)
      else for (const step of this.#waits.takeNotices(run, now)) resolved.push({ run, step })
    }
    notices.deleteCancelNotices(this.#connection, worker)
    return { resolved, cancelled, lost }
  }

  #hasRunChanges(): boolean {
    return notices.hasNotices(this.#connection, this.#workers.id) || this.#held.lostBy(this.#workers.id).length > 0
  }

  wakeRun(run: StoredRun): void {
    runs.wakeRun(this.#connection, keyOf(run), run.graceMs, this.#clock.now())
    this.#mayHaveNext = true
  }

  release(run: StoredRun): void {
    const key = keyOf(run)
    if (!runs.releaseLeftoverSlot(this.#connection, key)) runs.releaseRunSlot(this.#connection, key)
    runs.beginCompensation(this.#connection, key, this.#clock.now())
    this.#mayHaveNext = true
  }

  cancel(jobId: string, now: number): readonly StoredRun[] {
    const job = this.#reader.job(jobId)
    if (!job || isEnded(stateOf(job))) return []
    this.#mayHaveNext = true
    const running = cancelJob(this.#connection, job, this.#waits, now)
    const isHere = (run: StoredRun): boolean => keyOf(run).worker === this.#workers.id
    for (const run of running) if (!isHere(run)) notices.notifyCancelled(this.#connection, run)
    return running.filter(isHere).map((run) => this.#held.get(keyOf(run).run) ?? run)
  }

  retry(jobId: string, now: number, traceparent?: string): void {
    const job = this.#reader.job(jobId)
    if (!job || !retryableStates.includes(stateOf(job))) return
    if (noteRetry(job, traceparent)) jobs.writeEnvelope(this.#connection, job)
    if (stateOf(job) === 'failed') retryJob(this.#connection, job, now)
    else {
      jobs.retryUnhandledJob(this.#connection, job, now)
      this.#places.forget() // it waits again, with its old number
    }
    this.#mayHaveNext = true
  }

  erase(tenantId: string, until: number): ErasedJobs {
    // Without a worker, nobody else frees the runs of dead ones, which cannot be deleted while they are held.
    for (const dead of this.#workers.removeDead()) takeOver(this.#connection, dead, this.#clock.now())
    return eraseJobs(this.#connection, tenantId, until)
  }

  nextDueAt(): number | undefined {
    const now = this.#clock.now()
    return this.#queue.read(() => this.#claims.nextDueAt(now), now + readRetryMs)
  }

  hasOpenRun(definitionId: string, tenantId: string): boolean {
    return this.#queue.read(() => hasOpenRun(this.#connection, definitionId, tenantId), false)
  }

  list(query: ListQuery): Steps<StoredPage> {
    return listJobs(this.#connection, query, {
      withRuns: (job) => this.#reader.withRuns(job),
      atOnce: (read) => this.#read(() => readAtOnce(this.#connection, read)),
    })
  }

  openJobs(max = Number.MAX_SAFE_INTEGER): number {
    return this.#read(() => countOpenJobs(this.#connection, max))
  }

  lastTick(definitionId: string): number | undefined {
    return this.#queue.read(() => ticks.lastTick(this.#connection, definitionId), undefined)
  }

  setLastTick(definitionId: string, tick: number): void {
    ticks.setLastTick(this.#connection, definitionId, tick)
  }

  close(_reason: JobErrorInfo, now: number): readonly string[] {
    this.#housekeeping.stop() // a later heartbeat would register this worker again
    // Free the runs of handlers that ignored the shutdown. Their outcome is not recorded.
    if (this.#workers.id !== 0) takeOver(this.#connection, [this.#workers.id], now)
    this.#workers.leave()
    return []
  }

  /** Reads after writing the pending changes, so that the result includes them. */
  #read<T>(read: () => T): T {
    this.#queue.writeNow()
    try {
      return read()
    } catch (error) {
      throw this.#toError(error)
    }
  }

  #toError(error: unknown): Error {
    return explainError(error, this.#connection, this.#steps)
  }

  #onBegin(): boolean {
    const version = checkVersion(this.#connection, this.#steps)
    // Its first definition made this process a worker, after it had opened the file as a sender.
    if (version < latestOf(this.#steps) && this.#workers.definitions.areAny)
      applySteps(this.#connection, this.#steps, version)
    this.#workers.definitions.begin()
    this.#unwritten.clear()
    this.#places.beginTransaction()
    this.#waits.begin()
    this.#held.begin()
    return followClock(this.#wall, this.#connection, this.#held, () => this.#workers.hasOthers())
  }

  #onRollback(): void {
    this.#workers.definitions.markUnwritten()
    this.#claims.rollBack()
    this.#places.forget()
    this.#held.rollBack()
  }
}
