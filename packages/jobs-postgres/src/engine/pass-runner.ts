import type { Clock } from '@cgk-platform/jobs-core/provider'
import {
  type BegunWork,
  type Capacity,
  compensationStates,
  emptyWorkerWaitMs,
  type EngineStore,
  type ResolvedStep,
  type RunChanges,
  type StoredRun,
} from '@cgk-platform/jobs-local/engine'

import { columnsOf, type Queryable } from '../database/database.ts'
import type { Changes, Hints } from '../store/changes.ts'
import type { Passes } from '../store/claims/passes.ts'
import { keyOf } from '../store/rows.ts'
import { notCounted } from '../store/runs/settle-runs.ts'
import { type FreedRun, freeSlots } from '../store/runs/slots.ts'
import type { Worker } from '../store/workers/worker.ts'
import { applyNotices, deleteNotices, takeNotices } from '../store/workflows/notices.ts'
import { markWaiting, wakeRuns } from '../store/workflows/wake-runs.ts'
import type { WorkWatch } from './work-watch.ts'

/** The dependencies of a `PassRunner`. */
export interface PassRunnerOptions {
  readonly queryable: Queryable
  readonly changes: Changes
  readonly passes: Passes
  readonly worker: Worker
  readonly watch: WorkWatch
  /** A clock with the time of the database. */
  readonly clock: Clock
}

/** Makes the passes that the engine begins, each with what others have done with the runs of this process. */
export class PassRunner {
  readonly #options: PassRunnerOptions
  #pass: Promise<void> | undefined
  #untold = noChanges()
  /** The notices of untold results. */
  readonly #notices = new Map<StoredRun, readonly number[]>()
  /** Notices that are being deleted. */
  readonly #ending = new Set<number>()
  /** Whether the last pass may have held runs without knowing it. */
  #mayHoldUnknown = false
  #hasListener: Capacity['hasListener'] = () => false
  #isClosed = false

  constructor(options: PassRunnerOptions) {
    this.#options = options
  }

  /** Whether a pass has begun that has not ended. */
  get isBusy(): boolean {
    return this.#pass !== undefined
  }

  begin: EngineStore['begin'] = (capacity, { done, failed }) => {
    const run = async (): Promise<void> => {
      const begun = await this.#begin(capacity).catch((error: unknown) => failed(error as Error))
      if (!begun) return
      this.#endNotices()
      done(begun)
    }
    const pass = run().finally(() => {
      // The callback may have begun another one.
      if (this.#pass === pass) this.#pass = undefined
    })
    this.#pass = pass
  }

  /**
   * Deletes the notices that have been applied, in the turn in which the runs learn of them. Resumes workflows whose code no
   * longer listens: code can stop listening at any time.
   */
  #endNotices(): void {
    const heard: number[] = []
    for (const [run, seqs] of this.#notices) {
      if (this.#hasListener(run)) heard.push(...seqs)
      else this.#deleteNotices(seqs, run)
    }
    if (heard.length > 0) this.#deleteNotices(heard)
    this.#notices.clear()
  }

  /** @param woken - a workflow to resume */
  #deleteNotices(seqs: readonly number[], woken?: StoredRun): void {
    for (const seq of seqs) this.#ending.add(seq)
    const deleting = this.#options.changes.make(async (transaction, hints) => {
      if (woken) {
        hints.work()
        await wakeRuns(transaction, [keyOf(woken)], woken.graceMs)
      }
      await deleteNotices(transaction, seqs)
    })
    // Given up as the store closes: whoever takes over the run applies them again.
    deleting.catch(() => undefined).finally(() => seqs.forEach((seq) => this.#ending.delete(seq)))
  }

  /** From now on, no pass begins. Resolves once the present one has ended. */
  async stop(): Promise<void> {
    this.#isClosed = true
    await this.#pass
  }

  async #begin(capacity: () => Capacity | undefined): Promise<BegunWork | undefined> {
    const { worker, watch, clock } = this.#options
    if (this.#isClosed) return undefined
    await worker.join()
    const free = capacity()
    if (!free || this.#isClosed) return undefined
    this.#hasListener = free.hasListener
    const lost = worker.lostRuns
    for (const run of lost) worker.held.remove(run)
    this.#untold.lost.push(...lost)
    const isIdle = lost.length === 0 && !watch.hasReady(clock.now())
    if (isIdle) return { ...nothing, changes: this.#tellChanges() }
    watch.mayHaveWork = false
    try {
      return await this.#makePass(free)
    } catch (error) {
      this.#mayHoldUnknown = true
      watch.wake()
      throw error
    }
  }

  async #makePass({ slots }: Capacity): Promise<BegunWork> {
    const { changes, passes, watch, worker } = this.#options
    const { held } = worker
    if (this.#mayHoldUnknown) await changes.make((transaction, hints) => returnUnknownRuns(transaction, worker, hints))
    this.#mayHoldUnknown = false
    await this.#takeNotices()
    const { hasNotices, nextDueAt, ...pass } = await passes.pass(slots, held.slots)
    watch.hasNotices ||= hasNotices
    watch.nextDueAt = nextDueAt
    const { claimed, due } = pass
    const isMoreReady = pass.isMoreReady || watch.hasNotices
    // Results that came while no worker held the workflow.
    const workflows = claimed.filter(({ workflow }) => workflow)
    await applyNotices(this.#noticeReads, workflows)
    for (const run of claimed) {
      held.add(run)
      if (typeof run.gather?.role === 'object') for (const other of run.gather.role.leads) held.add(other)
    }
    if (claimed.length >= slots || isMoreReady) watch.mayHaveWork = true
    if (due.length + claimed.length > 0) watch.send('jobs')
    return { ...pass, isMoreReady, changes: this.#tellChanges() }
  }

  /** Returns what others have done with runs of this process. A pass that fails leaves it to the next one. */
  #tellChanges(): RunChanges {
    const changes = this.#untold
    this.#untold = noChanges()
    return changes
  }

  async #takeNotices(): Promise<void> {
    const { watch, worker } = this.#options
    if (!watch.hasNotices) return
    watch.hasNotices = false
    const runOf = (job: string, number: number): StoredRun | undefined => worker.held.get({ job, number })
    const before = [...this.#ending, ...[...this.#notices.values()].flat()]
    const taken = await takeNotices(this.#noticeReads, worker.id, runOf, before)
    for (const [run, seqs] of taken.notices) this.#notices.set(run, [...(this.#notices.get(run) ?? []), ...seqs])
    this.#untold.resolved.push(...taken.resolved)
    this.#untold.cancelled.push(...taken.cancelled)
  }

  get #noticeReads() {
    const { queryable, changes, clock } = this.#options
    return { queryable, change: changes.make, clock }
  }
}

const nothing = { due: [], superseded: [], unhandled: [], unclaimed: [], claimed: [], isMoreReady: false } as const

function noChanges() {
  return { resolved: [] as ResolvedStep[], cancelled: [] as StoredRun[], lost: [] as StoredRun[] }
}

const held =
  'r.is_open AND r.worker = $1 AND NOT EXISTS (SELECT 1 FROM unnest($2::text[], $3::int4[]) AS k (job, number) ' +
  "WHERE k.job = r.job AND k.number = r.number) AND r.phase IN ('held', 'joined') " +
  `AND (r.state = 'running' OR r.compensation = ${compensationStates.running})`

/** A suspect starts apart from others again. */
const isSuspect = 'r.crashes > 0'
const wait =
  `worker = NULL, due_at = CASE WHEN ${isSuspect} THEN {schema}.now_ms() + ${emptyWorkerWaitMs} END, ` +
  `phase = CASE WHEN ${isSuspect} THEN 'suspect' WHEN r.gather_until IS NULL THEN 'ready' ELSE 'gathering' END, ${notCounted}`

/**
 * Lets runs wait for a slot again that a worker holds without knowing it: the connection was lost before it learned that
 * its claim was committed. Call it while no claim is on its way.
 */
export async function returnUnknownRuns(transaction: Queryable, worker: Worker, hints: Hints): Promise<void> {
  const values = [worker.id, ...columnsOf(worker.held.all().map(keyOf), 'job', 'number')]
  const sql = `SELECT r.definition, r.lane FROM {schema}.runs r WHERE ${held}`
  const unknown = await transaction.query<FreedRun>(sql, values)
  if (unknown.length === 0) return
  hints.work()
  await freeSlots(transaction, unknown, hints)
  const update = `UPDATE {schema}.runs r SET ${wait} WHERE ${held} RETURNING r.lane, r.phase, r.rank`
  await markWaiting(transaction, await transaction.query(update, values))
}
