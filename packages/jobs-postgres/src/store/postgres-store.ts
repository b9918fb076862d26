import type { Logger } from '@cgk-platform/jobs-core'
import type { WorkerInfo } from '@cgk-platform/jobs-core/inspect'
import type {
  Envelope,
  EnvelopeResult,
  ErasedPart,
  JobHost,
  JobInspection,
  ListQuery,
  StepRecord,
  WaitingLimits,
} from '@cgk-platform/jobs-core/provider'
import type {
  BegunWork,
  Capacity,
  EndedRun,
  EngineStore,
  GetOptions,
  PassCallbacks,
  ResolvedStep,
  Retention,
  RunChanges,
  SavedStep,
  Sharing,
  StoredJob,
  StoredPage,
  StoredRun,
  WorkerDefinition,
} from '@cgk-platform/jobs-local/engine'

import type { Database, OpenedDatabase, Queryable } from '../database/database.ts'
import type { DatabaseClock } from '../database/database-clock.ts'
import { Notifications } from '../database/notifications.ts'
import { untilAnswered } from '../database/until-answered.ts'
import { Changes } from './changes.ts'
import { nextDueAt, readOpenWork } from './claims/open-work.ts'
import { Passes } from './claims/passes.ts'
import type { Hints } from './hints.ts'
import { Poll } from './poll.ts'
import { ClockSkew } from './reads/clock-skew.ts'
import { countJobs } from './reads/count-jobs.ts'
import { listJobs } from './reads/list-jobs.ts'
import { listSummaries } from './reads/list-summaries.ts'
import { countOpenJobs, countWaiting, readStates } from './reads/open-work.ts'
import { readJob } from './reads/read-jobs.ts'
import { keyOf } from './rows.ts'
import { hasOpenRun } from './runs/has-open-run.ts'
import { Pauses } from './runs/pauses.ts'
import { RunOperations } from './runs/run-operations.ts'
import { isEnd } from './runs/settle-runs.ts'
import { Ticks } from './runs/ticks.ts'
import { addWithin } from './sends/add-within.ts'
import { SendQueue } from './sends/send-queue.ts'
import { storedText } from './stored-text.ts'
import { eraseJobs } from './upkeep/erase-jobs.ts'
import { Upkeep } from './upkeep/upkeep.ts'
import { Worker } from './workers/worker.ts'
import { readWorkers } from './workers/read-workers.ts'
import { applyNotices, takeNotices } from './workflows/notices.ts'
import { countParked } from './workflows/parked-runs.ts'
import { StepWriter } from './workflows/step-writer.ts'
import { wakeRuns } from './workflows/wake-runs.ts'

/** The settings of a store in PostgreSQL. */
export interface PostgresStoreOptions {
  /** Has the tables before its first statement. */
  readonly database: OpenedDatabase
  readonly clock: DatabaseClock
  readonly host: Pick<JobHost, 'jobs' | 'logger'>
  readonly logger: Logger
  readonly leaseMs: number
  readonly retention: Retention
  readonly tenantWeights: ReadonlyMap<string, number>
}

/** The word of a notification that work may begin. Others are the ids of workers with notices. */
const workWord = 'work'
/** The word of a notification that jobs have changed, for those who watch them. */
const jobsWord = 'jobs'

/** Pauses between two looks at the tables, in milliseconds. */
const pollMs = { listening: 1500, polling: 550 }

/** A store whose jobs are in PostgreSQL, for any number of processes. */
export class PostgresStore implements EngineStore {
  readonly shared: Sharing
  readonly pauses: Pauses
  readonly inspection: Pick<JobInspection, 'list' | 'count'>
  readonly worker: Worker
  readonly notifications: Notifications
  readonly #database: OpenedDatabase
  readonly #clock: DatabaseClock
  readonly #changes: Changes
  readonly #passes: Passes
  readonly #ticks: Ticks
  readonly #steps: StepWriter
  readonly #operations: RunOperations
  readonly #sends: SendQueue
  readonly #poll: Poll
  readonly #upkeep: Upkeep
  readonly #skew: ClockSkew
  readonly #listeners = new Set<() => void>()
  /** Changes of runs that are not stored yet. */
  readonly #pending = new Map<StoredRun, Promise<unknown>>()
  /** Whether a pass might find work. */
  #mayHaveWork = true
  #hasNotices = true
  #nextDueAt: number | undefined
  #pass: Promise<void> | undefined
  #untold: { resolved: ResolvedStep[]; cancelled: StoredRun[]; lost: StoredRun[] } = {
    resolved: [],
    cancelled: [],
    lost: [],
  }
  /** Whether the last pass may have held runs without knowing it. */
  #mayHoldUnknown = false
  #isWorker = false
  #isClosed = false

  constructor(options: PostgresStoreOptions) {
    const { database, clock, host, logger, leaseMs, retention, tenantWeights } = options
    const told = (hints: Hints): void => this.#told(hints)
    const weights = new Map(Array.from(tenantWeights, ([tenant, weight]) => [storedText(tenant), weight]))
    this.#database = database
    this.#clock = clock
    this.#changes = new Changes({ database, logger, told })
    this.worker = new Worker({
      database,
      leaseMs,
      told,
      lost: () => this.#wake(),
      tidied: () => this.#synchronize(),
    })
    this.#passes = new Passes({
      database,
      worker: this.worker,
      host,
      clock,
      weights,
      told: (hints) => this.#tell(hints),
    })
    this.#ticks = new Ticks(this.#changes)
    this.#sends = new SendQueue(database)
    this.#steps = new StepWriter({ change: (work) => this.#change(work), clock })
    const savesOf = (run: StoredRun): Promise<unknown> | undefined => this.#pending.get(run)
    const { worker } = this
    this.#operations = new RunOperations({ database, changes: this.#changes, worker, clock, logger, savesOf, told })
    this.pauses = new Pauses(database, () => {
      this.#wake()
      this.notifications.send(workWord)
    })
    this.notifications = new Notifications({ database, received: (words) => this.#received(words) })
    this.#poll = new Poll(
      () => this.#look(),
      () => pollMs[this.notifications.awareness],
    )
    this.#skew = new ClockSkew(database, clock)
    this.#upkeep = new Upkeep({ database, retention, isWorker: () => this.worker.isPublished })
    this.inspection = {
      list: (query) => listSummaries(database, query),
      count: (filter, by) => countJobs(database, filter, by),
    }
    this.shared = this.#sharing()
  }

  get opening(): Promise<void> | undefined {
    return this.#ticks.opening
  }

  get isChanging(): boolean {
    return this.#pass !== undefined || this.#changes.isBusy || this.#operations.isSettling
  }

  /** Whether this process runs jobs. */
  get isWorker(): boolean {
    return this.#isWorker
  }

  /** Why changes cannot be made at the moment; `undefined` if they can. */
  get problem(): Error | undefined {
    return this.#changes.problem
  }

  /** Makes the definitions of this process known to other workers. */
  async announce(): Promise<void> {
    await this.worker.join()
  }

  begin(capacity: () => Capacity | undefined, callbacks: PassCallbacks): void {
    const pass = this.#run(capacity, callbacks).finally(() => {
      // The callback may have begun another one.
      if (this.#pass === pass) this.#pass = undefined
    })
    this.#pass = pass
  }

  async #run(capacity: () => Capacity | undefined, { done, failed }: PassCallbacks): Promise<void> {
    let begun: BegunWork | undefined
    try {
      begun = await this.#begin(capacity)
    } catch (error) {
      return failed(error as Error)
    }
    if (begun) done(begun)
  }

  async #begin(capacity: () => Capacity | undefined): Promise<BegunWork | undefined> {
    if (this.#isClosed) return undefined
    await this.worker.join()
    const free = capacity()
    if (!free || this.#isClosed) return undefined
    const lost = this.worker.lostRuns
    for (const run of lost) this.worker.held.remove(run)
    this.#untold.lost.push(...lost)
    const isIdle = lost.length === 0 && !this.hasReady(this.#clock.now())
    if (isIdle) return { ...nothing, changes: this.#tellChanges() }
    this.#mayHaveWork = false
    try {
      return await this.#makePass(free)
    } catch (error) {
      this.#mayHoldUnknown = true
      this.#wake()
      throw error
    }
  }

  async #makePass({ slots, hasListener }: Capacity): Promise<BegunWork> {
    const { held } = this.worker
    if (this.#mayHoldUnknown) await this.#operations.returnUnknown()
    this.#mayHoldUnknown = false
    await this.#takeNotices(hasListener)
    const pass = await this.#passes.pass(slots, held.slots)
    this.#hasNotices ||= pass.hasNotices
    this.#nextDueAt = pass.nextDueAt
    const { claimed, due, superseded, unhandled, unclaimed } = pass
    const isMoreReady = pass.isMoreReady || this.#hasNotices
    // Results that came while no worker held the workflow.
    await applyNotices(
      this.#noticeReads,
      claimed.filter(({ workflow }) => workflow),
    )
    for (const run of claimed) {
      held.add(run)
      if (typeof run.gather?.role === 'object') for (const other of run.gather.role.leads) held.add(other)
    }
    if (claimed.length >= slots || isMoreReady) this.#mayHaveWork = true
    if (due.length + claimed.length > 0) this.notifications.send(jobsWord)
    return { due, superseded, unhandled, unclaimed, changes: this.#tellChanges(), claimed, isMoreReady }
  }

  /** Returns what others have done with runs of this process. A pass that fails leaves it to the next one. */
  #tellChanges(): RunChanges {
    const changes = this.#untold
    this.#untold = { resolved: [], cancelled: [], lost: [] }
    return changes
  }

  async #takeNotices(hasListener: Capacity['hasListener']): Promise<void> {
    if (!this.#hasNotices) return
    this.#hasNotices = false
    const { id, held } = this.worker
    const taken = await takeNotices(this.#noticeReads, id, (job, number) => held.get({ job, number }))
    this.#untold.resolved.push(...taken.resolved)
    this.#untold.cancelled.push(...taken.cancelled)
    const asleep = taken.resolved.map(({ run }) => run).filter((run) => !hasListener(run))
    for (const run of new Set(asleep)) await this.#change((transaction) => wake(transaction, run))
  }

  get #noticeReads() {
    const change = <T>(work: (transaction: Queryable) => Promise<T>): Promise<T> => this.#change(work)
    return { queryable: this.#database, change, clock: this.#clock }
  }

  hasReady(now: number): boolean {
    return this.#mayHaveWork || this.#hasNotices || (this.#nextDueAt ?? Number.POSITIVE_INFINITY) <= now
  }

  nextDueAt(): number | undefined {
    return this.#nextDueAt
  }

  async add(
    envelopes: readonly Envelope[],
    limits: WaitingLimits | undefined,
    isTick = false,
  ): Promise<readonly EnvelopeResult[]> {
    await this.#skew.note(envelopes)
    const added = isTick
      ? await this.#change((transaction) => addWithin(within(transaction), envelopes, limits))
      : await untilAnswered(() => this.#sends.add(envelopes, limits))
    this.#mayHaveWork = true
    this.notifications.send(workWord, jobsWord)
    return added
  }

  get(jobId: string, options?: GetOptions): Promise<StoredJob | undefined> {
    return readJob(this.#database, jobId, options)
  }

  async cancel(jobId: string): Promise<readonly StoredRun[]> {
    const running = await this.#operations.cancel(jobId)
    this.notifications.send(jobsWord)
    return running
  }

  async retry(jobId: string): Promise<void> {
    await this.#operations.retry(jobId)
    this.notifications.send(jobsWord)
  }

  erase(tenantId: string, until: number): Promise<ErasedPart> {
    return this.#change((transaction) => eraseJobs(transaction, tenantId, until))
  }

  list(query: ListQuery): Promise<StoredPage> {
    return listJobs(this.#database, query)
  }

  async settle(ended: readonly EndedRun[], recorded: () => void): Promise<void> {
    await this.#operations.settle(ended, () => {
      // An attempt that follows has its own time, which the next pass reads.
      if (ended.some(({ outcome }) => outcome.type !== 'completed')) this.#mayHaveWork = true
      this.#upkeep.countEnded(ended.filter(({ outcome }) => isEnd(outcome)).length)
      this.notifications.send(jobsWord)
      recorded()
    })
  }

  saveStep(run: StoredRun, step: StepRecord, saved: (result: SavedStep) => void): Promise<void> {
    return this.#ofRun(
      run,
      this.#steps.save(run, step).then((result) => saved(result)),
    )
  }

  saveRecord(run: StoredRun): Promise<void> {
    return this.#ofRun(run, this.#steps.saveRecord(run))
  }

  wakeRun(run: StoredRun, done: () => void): void {
    this.#operations.wakeRun(run, done)
  }

  release(run: StoredRun, done: () => void): void {
    this.#operations.release(run, () => {
      this.#mayHaveWork = true
      done()
    })
  }

  /** The worker resumes them when it publishes its definitions. */
  lookAgain(): void {}

  hasOpenRun(cronJobId: string, tenantId: string): Promise<boolean> {
    return hasOpenRun(this.#database, cronJobId, tenantId)
  }

  lastTick(definitionId: string): number | undefined {
    return this.#ticks.last(definitionId)
  }

  setLastTick(definitionId: string, tick: number): void {
    this.#ticks.set(definitionId, tick)
  }

  waitingRuns(max: number): Promise<ReadonlyMap<string, number>> {
    return countWaiting(this.#database, max)
  }

  openJobs(max: number = 2 ** 31 - 1): Promise<number> {
    return countOpenJobs(this.#database, max)
  }

  parkedRuns(max: number): Promise<number> {
    return countParked(this.#database, max)
  }

  async close(): Promise<readonly string[]> {
    this.#isClosed = true
    this.#poll.stop()
    await Promise.all([this.#pass, this.#upkeep.stop()])
    await this.worker.close().catch(() => undefined) // its lease expires
    await this.notifications.close()
    return []
  }

  /** Makes a change, again and again until it succeeds. */
  #change<T>(work: (transaction: Queryable) => Promise<T>): Promise<T> {
    return this.#changes.make(work)
  }

  /** Notes a change of a run, which its outcome follows. Resolves also if the change was given up. */
  #ofRun(run: StoredRun, change: Promise<unknown>): Promise<void> {
    const after = Promise.allSettled([this.#pending.get(run), change]).then(() => {
      if (this.#pending.get(run) === after) this.#pending.delete(run)
    })
    this.#pending.set(run, after)
    return after
  }

  #told(hints: Hints): void {
    this.#tell(hints)
    if (hints.isWorkReady || this.#hasNotices) this.#wake()
  }

  /** Tells other processes what a transaction has done. */
  #tell({ isWorkReady, workers }: Hints): void {
    const own = this.worker.id
    if (workers.has(own)) this.#hasNotices = true
    const words = [...workers].filter((id) => id !== own).map(String)
    if (isWorkReady) words.push(workWord)
    if (words.length > 0) this.notifications.send(...words)
  }

  #received(words: ReadonlySet<string> | undefined): void {
    const hasNotices = !words || words.has(String(this.worker.id))
    if (hasNotices) this.#hasNotices = true
    if (hasNotices || words.has(workWord)) this.#wake()
    else if (words.has(jobsWord)) this.#changed()
  }

  /** The clocks of machines differ, and drift. */
  #synchronize(): void {
    this.#clock.synchronize(this.#database).catch(() => undefined)
  }

  /** Finds what a lost notification would have told. */
  async #look(): Promise<void> {
    if (!this.#isWorker) return this.#changed()
    const work = await readOpenWork(this.#database, this.worker)
    this.#nextDueAt = nextDueAt(work)
    this.#hasNotices ||= work.has_notices
    if (this.#hasNotices || work.is_ready) this.#wake()
    else this.#changed()
  }

  /** Work may begin. */
  #wake(): void {
    this.#mayHaveWork = true
    this.#changed()
  }

  #changed(): void {
    for (const listener of this.#listeners) listener()
  }

  #sharing(): Sharing {
    return {
      onChange: (listener) => void this.#listeners.add(listener),
      isWorkWaiting: (now) => this.hasReady(now) || !this.worker.isPublished,
      statesOf: (jobIds) => readStates(this.#database, jobIds),
      publishDefinitions: (definitions: readonly WorkerDefinition[]) => {
        this.worker.publish(definitions)
        this.#mayHaveWork = true
        if (this.#isWorker) return
        this.#isWorker = true
        this.#ticks.open()
        this.notifications.listen()
        this.#upkeep.start()
      },
      eventsElsewhere: () => this.worker.events,
      workerOf: (run) => (keyOf(run).worker === 0 ? undefined : String(keyOf(run).worker)),
      workers: (): Promise<readonly WorkerInfo[]> => readWorkers(this.#database),
      beginClosing: () => this.#changes.beginClosing(),
      dispose: async () => {
        this.#changes.dispose()
        await this.#database.close()
      },
    }
  }
}

const nothing = { due: [], superseded: [], unhandled: [], unclaimed: [], claimed: [], isMoreReady: false } as const

async function wake(transaction: Queryable, run: StoredRun): Promise<void> {
  await wakeRuns(transaction, [keyOf(run)], run.graceMs)
}

/** Returns a transaction as a database. */
function within(transaction: Queryable): Database {
  return { query: (sql, values) => transaction.query(sql, values), transaction: (work) => work(transaction) }
}
