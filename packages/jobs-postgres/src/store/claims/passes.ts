import { type Clock, elapsedOf, type JobHost } from '@cgk-platform/jobs-core/provider'
import {
  groupBy,
  parkedVersionsOf,
  type StoredJob,
  type StoredRun,
  takeInTurns,
  turnBatch,
  type WorkerDefinition,
} from '@cgk-platform/jobs-local/engine'

import type { Database, Queryable } from '../../database/database.ts'
import { type Dispatched, dispatchJobs } from '../arrivals/dispatch-jobs.ts'
import { holdNewRun, insertRuns, type NewRun } from '../arrivals/new-runs.ts'
import { Arrivals, areLarge, type ArrivedRow, setAside } from '../arrivals/take-arrivals.ts'
import { Hints } from '../changes.ts'
import { isRejected } from '../is-rejected.ts'
import { pausesLock } from '../runs/pauses.ts'
import { endJobWaits } from '../workflows/waits.ts'
import { joinBatch, promoteBatches, promoteDueBatches } from './batches.ts'
import { openDueLanes } from './change-lanes.ts'
import { type ClaimOptions, type OpenRuns, RunClaims } from './claim-runs.ts'
import { SuspectClaims, type SuspectLook } from './claim-suspects.ts'
import { isLimited } from './claimed-limits.ts'
import { DueRuns } from './due-runs.ts'
import { type Paused, pausedTenants, readPaused } from './find-open-work.ts'
import { toHeldRuns } from './hold-runs.ts'
import { nextDueAt, type OpenWork, readOpenWork } from './open-work.ts'

/** This process as a worker. */
export interface ClaimingWorker {
  /** 0 before it first joined. */
  readonly id: number
  readonly definitions: readonly WorkerDefinition[]
  /** Registers this worker if it is not. Returns false if it cannot be one. */
  join(): Promise<boolean>
  /** Keeps others from removing this worker until the transaction ends. Returns false if they have. */
  lock(transaction: Queryable): Promise<boolean>
}

/** The dependencies of `Passes`. */
export interface PassesOptions {
  readonly database: Database
  readonly worker: ClaimingWorker
  readonly host: Pick<JobHost, 'jobs' | 'logger'>
  /** A clock with the time of the database. */
  readonly clock: Clock
  /** The turns of a tenant in each round, by its stored text. Default 1. */
  readonly weights: ReadonlyMap<string, number>
  /** Called after each transaction that others may want to know of. */
  readonly told: (hints: Hints) => void
}

/** The work that one pass has begun. */
export interface Pass extends Omit<Dispatched, 'runs'> {
  readonly claimed: readonly StoredRun[]
  readonly isMoreReady: boolean
  /** When the next one may find work that this one did not; `undefined`: not before a change. */
  readonly nextDueAt: number | undefined
  readonly hasNotices: boolean
}

type Begun = Dispatched &
  Claimed & {
    readonly isFull: boolean
    /** The work that is left, read at the end of the transaction. */
    readonly last: Promise<readonly [unknown, OpenWork]>
  }

/** The facts that a pass has read before it claims runs. */
interface Claiming extends ClaimOptions {
  /** The number of slots that runs of this process hold. */
  readonly held: number
  readonly suspects: SuspectLook
  /** The definitions of which older runs may begin. */
  readonly older: OpenRuns
}

interface Claimed {
  readonly claimed: StoredRun[]
  readonly isCut: boolean
  /** Resolves once the new runs are written. */
  readonly written: Promise<void>
}

/** Pause after a pass that found only what others had locked, in milliseconds. */
const blockedMs = 5

/** Passes over the database: each gives jobs their runs, wakes what is due, and claims runs for free slots. */
export class Passes {
  readonly #options: PassesOptions
  readonly #arrivals: Arrivals
  readonly #claims: RunClaims
  readonly #suspects = new SuspectClaims()
  readonly #dueRuns = new DueRuns()
  /** The work that the last pass has left. */
  #work: OpenWork | undefined
  /** The jobs that the last pass has taken. */
  #taken: readonly ArrivedRow[] = []
  /** Number of passes that take one job each: they look for one that the database rejects. */
  #alone = 0

  constructor(options: PassesOptions) {
    this.#options = options
    this.#arrivals = new Arrivals(options.weights)
    this.#claims = new RunClaims(options.weights)
  }

  /**
   * Makes one pass.
   *
   * @param max - the number of runs that may begin
   * @param held - the number of slots that runs of this process hold
   */
  async pass(max: number, held: number): Promise<Pass> {
    const { database, worker, told } = this.#options
    if (!(await worker.join())) return { ...nothing, nextDueAt: undefined, hasNotices: false }
    const isMoreDue = await this.#releaseDue()
    let hints = new Hints()
    const begun = await database
      .transaction((transaction) => {
        hints = new Hints()
        return this.#begin(transaction, { max: Math.min(max, turnBatch), held, hints })
      })
      .catch(async (error: unknown) => {
        if ((error as Error).cause === removed) return undefined // it joins again
        if (!isRejected(error) || this.#taken.length === 0) throw error
        return this.#findRejected(this.#taken, error)
      })
    if (!begun) return { ...nothing, isMoreReady: true, nextDueAt: undefined, hasNotices: false }
    this.#claims.committed()
    this.#alone = Math.max(0, this.#alone - 1)
    const { claimed, runs, due, isCut, isFull, last, written: _, ...events } = begun
    const [, after] = await last
    this.#work = after
    const hasLeaders = await this.#gather(runs, claimed)
    if (runs.some(({ phase }) => phase === 'ready')) hints.work()
    told(hints)
    // Others are claiming what there is: to look again at once would only slow them down.
    const isBlocked = isCut && claimed.length + due.length === 0
    const isMoreReady = isMoreDue || isFull || (isCut && !isBlocked) || claimed.length === turnBatch || hasLeaders
    const again = isBlocked ? after.now + blockedMs * (1 + Math.random()) : undefined
    const { waitMs } = this.#arrivals
    const older = waitMs === undefined ? undefined : after.now + waitMs
    const ends = [nextDueAt(after), this.#suspects.waitsUntil(after.now), again, older].filter((at) => at !== undefined)
    const next = ends.length === 0 ? undefined : Math.min(...ends)
    return { ...events, due, claimed, isMoreReady, nextDueAt: next, hasNotices: after.has_notices }
  }

  /** Lets wait for a slot what is due. Returns whether more is due. */
  async #releaseDue(): Promise<boolean> {
    const { database, worker, clock } = this.#options
    // If something has come since the last pass that is due already, the one after this finds it.
    if (this.#work && !((nextDueAt(this.#work) ?? Number.POSITIVE_INFINITY) <= clock.now())) return false
    const work = await readOpenWork(database, worker)
    const isDue = (at: number | null): boolean => at !== null && at <= work.now
    const areMoreJobs =
      isDue(work.job_due) && (await database.transaction((transaction) => this.#arrivals.release(transaction)))
    const areMoreRuns = isDue(work.run_due) && (await this.#dueRuns.wake(database))
    if (isDue(work.lane_due)) await database.transaction((transaction) => openDueLanes(transaction))
    if (isDue(work.batch_due)) await promoteDueBatches(database)
    return areMoreJobs || areMoreRuns
  }

  async #begin(
    transaction: Queryable,
    { max, held, hints }: { readonly max: number; readonly held: number; readonly hints: Hints },
  ): Promise<Begun> {
    const { worker, host, clock } = this.#options
    this.#claims.begin()
    const { id, definitions } = worker
    const most = this.#alone > 0 ? 1 : turnBatch
    this.#taken = []
    const [, isAlive, { now, ...paused }, rows, suspects, look] = await Promise.all([
      // A statement of its own: the next ones see the pauses of all who have had the lock before.
      transaction.query(`SELECT pg_advisory_xact_lock_shared(${pausesLock})`, []),
      worker.lock(transaction),
      readPaused(transaction),
      this.#arrivals.take(transaction, most),
      this.#suspects.look(transaction, id),
      this.#claims.look(transaction, parkedVersionsOf(definitions)),
    ])
    if (!isAlive) throw removed
    this.#taken = rows
    const options = this.#claimOptions(now, paused)
    const older = await this.#claims.find(transaction, options, look)
    const dispatched = await dispatchJobs(transaction, rows, { host, clock, worker: id, definitions, now, hints })
    const claim = await this.#claim(transaction, dispatched.runs, { ...options, max, held, suspects, older })
    await endJobWaits(transaction, dispatched.superseded, now, hints)
    const last = Promise.all([claim.written, readOpenWork(transaction, worker)])
    last.catch(() => undefined) // the transaction fails for the same reason
    return { ...dispatched, ...claim, last, isFull: rows.length === most || areLarge(rows) }
  }

  /** After a pass that failed because the database rejects a job: finds it, and lets the next passes run without it. */
  async #findRejected(taken: readonly ArrivedRow[], error: unknown): Promise<undefined> {
    const { database, host } = this.#options
    if (taken.length > 1) {
      this.#alone = taken.length
      return
    }
    this.#alone = 0
    const { id: jobId } = taken[0]!
    host.logger.error('A job cannot be begun, and is tried again in a minute.', { error, jobId })
    await setAside(database, jobId)
  }

  #claimOptions(now: number, paused: Paused): Omit<ClaimOptions, 'max'> {
    const { id, definitions } = this.#options.worker
    const own = new Set(definitions.map(({ definitionId }) => definitionId))
    return {
      worker: id,
      now,
      limitsOf: (definition) => this.#options.host.jobs.get(definition),
      has: (definition) => own.has(definition),
      paused,
      versions: parkedVersionsOf(definitions),
    }
  }

  /** Claims runs: suspects, older ones, and new ones, which it writes. */
  async #claim(transaction: Queryable, runs: readonly NewRun[], claiming: Claiming): Promise<Claimed> {
    const { held, suspects: found, older, ...options } = claiming
    const { max, has, worker } = options
    const elapsedMs = elapsedOf(this.#options.clock)
    const suspects = await this.#suspects.claim(transaction, found, { ...options, elapsedMs, slots: max + held })
    const free = suspects.keepsApart ? 0 : max - suspects.runs.length
    const isFirst = older.definitions.length + older.fitting.length === 0
    // If older runs wait, the new ones take their turns with them.
    const direct = isFirst ? await this.#holdDirectly(transaction, runs, { ...options, max: free }) : []
    const written = insertRuns(transaction, runs, worker)
    written.catch(() => undefined) // the transaction fails for the same reason
    const isNew = runs.some(({ phase, run }) => phase === 'ready' && has(run.definitionId))
    const open = isNew && direct.length < free ? await this.#claims.find(transaction, options) : older
    const claim = await this.#claims.claim(transaction, open, { ...options, max: free - direct.length })
    const claimed = await toHeldRuns(transaction, claim.rows)
    return { claimed: [...suspects.runs, ...direct, ...claimed], isCut: claim.isCut, written }
  }

  /** Begins new runs of definitions without limits. */
  async #holdDirectly(
    transaction: Queryable,
    runs: readonly NewRun[],
    { max, now, has, limitsOf, paused }: Omit<ClaimOptions, 'worker' | 'versions'>,
  ): Promise<StoredRun[]> {
    const mine = runs.filter(
      ({ phase, run: { definitionId } }) =>
        phase === 'ready' &&
        has(definitionId) &&
        !isLimited(limitsOf(definitionId) ?? {}) &&
        !paused.definitions.has(definitionId),
    )
    const resting = await pausedTenants(transaction, paused, mine)
    const awake = mine.filter(({ tenant }) => !resting.has(tenant))
    const { weights } = this.#options
    const begun = takeInTurns(awake, Math.max(0, max), { turns: this.#claims.turns, weights }, (one) => ({
      definition: one.run.definitionId,
      tenant: one.tenant,
      rank: one.rank,
    }))
    for (const one of begun) holdNewRun(one, now)
    return begun.map(({ run }) => run)
  }

  /** Finds leaders for batches that may be full, and gives those that were claimed their batches. Returns whether there are any. */
  async #gather(runs: readonly NewRun[], claimed: readonly StoredRun[]): Promise<boolean> {
    const { database, worker, host } = this.#options
    const grown = groupBy(
      runs.filter(({ phase }) => phase === 'gathering'),
      ({ run, tenant }) => JSON.stringify([run.definitionId, tenant]),
    )
    const groups = Array.from(grown.values(), ([first]) => ({
      definition: first!.run.definitionId,
      tenant: first!.tenant,
      maxSize: first!.maxSize,
    }))
    const leaders = claimed.filter(({ gather }) => gather !== undefined)
    for (const leader of leaders) {
      const definition = host.jobs.get(leader.definitionId)
      const maxSize = definition?.kind === 'batch' ? definition.maxSize : 1
      const others = await joinBatch(database, leader, maxSize, worker.id)
      for (const other of others) other.gather = { ...other.gather!, role: 'follows' }
      leader.gather = { ...leader.gather!, role: { leads: others } }
    }
    // Afterwards: another leader must not be the one that the first takes along.
    if (groups.length > 0) await database.transaction((transaction) => promoteBatches(transaction, groups))
    return leaders.length + groups.length > 0
  }
}

/** Ends a transaction of a worker that others have removed. It must not keep what it has taken. */
const removed = new Error('Others have removed this worker.')

const nothing = {
  due: [] as readonly StoredJob[],
  superseded: [],
  unhandled: [],
  unclaimed: [],
  claimed: [],
  isMoreReady: false,
}
