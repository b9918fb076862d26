import type { Pause, PauseTarget } from '@cgk-platform/jobs-core'
import {
  type Envelope,
  type EnvelopeResult,
  type ErasedPart,
  type JobErrorInfo,
  type JobInspection,
  type ListQuery,
  type StepRecord,
  toErrorInfo,
  type WaitingLimits,
} from '@cgk-platform/jobs-core/provider'

import type { SlotFacts } from '../records/slot-facts.ts'
import type { StoredJob, StoredRun } from '../records/stored-run.ts'
import type { WorkerDefinition } from '../records/subscriber.ts'
import { missableSince } from '../rules/missable-since.ts'
import { doInTurns } from '../time/steps.ts'
import { TurnLimit } from '../time/turn-limit.ts'
import { addWithin } from './add-within.ts'
import { beginDue, type StoreServices } from './begin-due.ts'
import { changeNow } from './change-now.ts'
import type {
  Capacity,
  EndedRun,
  EngineStore,
  MaybePromise,
  PassCallbacks,
  SavedStep,
  Sharing,
  StoredPauses,
} from './engine-store.ts'
import { isLargeOutcome, isLargeValue } from './is-large-value.ts'
import type { ChangeCallbacks, GetOptions, JobStore, SharedStore, StoredPage } from './job-store.ts'

/** Creates the store of an engine from one with synchronous operations. */
export function createEngineStore(store: JobStore, services: StoreServices): EngineStore {
  return new SynchronousStore(store, services)
}

const nothing = (): void => undefined

class SynchronousStore implements EngineStore {
  readonly seesPending = true
  readonly shared?: Sharing
  readonly pauses: StoredPauses
  readonly inspection: Pick<JobInspection, 'list' | 'count' | 'failures' | 'history'>
  readonly #store: JobStore
  readonly #services: StoreServices
  /** Limits the steps of reads of many jobs. */
  readonly #steps: TurnLimit

  constructor(store: JobStore, services: StoreServices) {
    this.#store = store
    this.#services = services
    this.#steps = new TurnLimit(services.clock, 1)
    if (store.shared) this.shared = toSharing(store, store.shared)
    this.pauses = {
      set: (target: PauseTarget, isPaused: boolean) =>
        changeNow(store, () => store.pauses.set(target, isPaused, this.#now())),
      all: (): readonly Pause[] => store.pauses.all(),
    }
    this.inspection = {
      list: (query) => doInTurns(store.inspection.list(query), this.#steps),
      count: (filter, by) => doInTurns(store.inspection.count(filter, by), this.#steps),
      failures: (query) => doInTurns(store.inspection.failures(query), this.#steps),
      history: async (query) => store.inspection.history(query),
    }
  }

  get isChanging(): boolean {
    return this.#store.isChanging
  }

  begin(capacity: () => Capacity | undefined, { done, failed }: PassCallbacks): void {
    const work = () => {
      const free = capacity()
      return free && beginDue(this.#store, this.#services, free)
    }
    // After the other changes of its transaction.
    void this.#store.change(work, { done: (begun) => begun && done(begun), rejected: failed, last: true })
  }

  hasReady(now: number): boolean {
    return this.#store.hasReady(now)
  }

  nextDueAt(): number | undefined {
    return this.#store.nextDueAt()
  }

  add(
    envelopes: readonly Envelope[],
    limits: WaitingLimits | undefined,
    isTick = false,
  ): MaybePromise<readonly EnvelopeResult[]> {
    const work = () => addWithin(this.#store, envelopes, this.#now(), limits)
    if (!isTick) return changeNow(this.#store, work)
    let added: readonly EnvelopeResult[] = []
    const adding = this.#store.change(work, { done: (results) => void (added = results) })
    return adding ? adding.then(() => added) : added
  }

  get(jobId: string, options?: GetOptions): StoredJob | undefined {
    return this.#store.get(jobId, options)
  }

  slotsOf(run: StoredRun): SlotFacts {
    return this.#store.slotsOf(run)
  }

  cancel(jobId: string): MaybePromise<readonly StoredRun[]> {
    return changeNow(this.#store, () => this.#store.cancel(jobId, this.#now()))
  }

  retry(jobId: string, traceparent?: string): MaybePromise<void> {
    return changeNow(this.#store, () => this.#store.retry(jobId, this.#now(), traceparent))
  }

  async erase(tenantId: string, until: number): Promise<ErasedPart> {
    const store = this.#store
    const part = await this.#steps.run(() => changeNow(store, () => store.erase(tenantId, until)))
    const isLast = !part.hasMore && part.left === 0
    return { ...part, kept: (isLast && (await store.shared?.sweep())) || [] }
  }

  list(query: ListQuery): Promise<StoredPage> {
    return doInTurns(this.#store.list(query), this.#steps)
  }

  settle(ended: readonly EndedRun[], recorded: () => void): Promise<void> | undefined {
    const [first, ...others] = ended
    if (!first || !this.#store.shared || others.length > 0) return this.#settle(ended, { done: recorded })
    const { run, outcome } = first
    // An outcome that cannot be written fails its run.
    const rejected = (problem: Error): void => void this.#settle([toFailed(first, problem)], { done: recorded })
    return this.#settle(ended, { done: recorded, rejected, run, isLarge: isLargeOutcome(outcome) })
  }

  #settle(ended: readonly EndedRun[], callbacks: ChangeCallbacks<void>): Promise<void> | undefined {
    const work = (): void => {
      const now = this.#now()
      for (const { run, attempt, outcome, releasesSlot } of ended)
        this.#store.settle(run, attempt, outcome, now, releasesSlot)
    }
    return this.#store.change(work, callbacks)
  }

  saveStep(run: StoredRun, step: StepRecord, saved: (result: SavedStep) => void): Promise<void> | undefined {
    const work = (): SavedStep => {
      const now = this.#now()
      const since = missableSince(step) // before it is saved, which can resolve a wait
      const isSaved = this.#store.saveStep(run, step, now)
      return { isSaved, mayHaveMissed: since !== undefined && since <= this.#store.deletedUntil(now) }
    }
    return this.#store.change(work, { done: saved, run, isLarge: isLargeValue(step.output) })
  }

  saveRecord(run: StoredRun): Promise<void> | undefined {
    return this.#store.change(() => this.#store.saveRecord(run), { done: nothing })
  }

  wakeRun(run: StoredRun, done: () => void): void {
    void this.#store.change(() => this.#store.wakeRun(run), { done })
  }

  release(run: StoredRun, done: () => void): void {
    void this.#store.change(() => this.#store.release(run), { done })
  }

  lookAgain(definitions: readonly WorkerDefinition[]): void {
    const store = this.#store
    if (store.lookAgain) void store.change(() => store.lookAgain!(definitions), { done: nothing })
  }

  hasOpenRun(cronJobId: string, tenantId: string): boolean {
    return this.#store.hasOpenRun(cronJobId, tenantId)
  }

  lastTick(definitionId: string): number | undefined {
    return this.#store.lastTick(definitionId)
  }

  setLastTick(definitionId: string, tick: number): void {
    void this.#store.change(() => this.#store.setLastTick(definitionId, tick), { done: nothing })
  }

  waitingRuns(max: number): ReadonlyMap<string, number> {
    return this.#store.waitingRuns(max)
  }

  openJobs(max?: number): number {
    return this.#store.openJobs(max)
  }

  parkedRuns(max: number): number {
    return this.#store.parkedRuns(max)
  }

  endGathering(): void {
    this.#store.endGathering?.()
  }

  close(reason: JobErrorInfo): MaybePromise<readonly string[]> {
    let ended: readonly string[] = []
    const work = (): readonly string[] => this.#store.close(reason, this.#now())
    const closing = this.#store.change(work, { done: (ids) => void (ended = ids), failed: nothing })
    return closing ? closing.then(() => ended) : ended
  }

  #now(): number {
    return this.#services.clock.now()
  }
}

function toFailed(ended: EndedRun, problem: Error): EndedRun {
  return {
    run: ended.run,
    attempt: ended.attempt,
    outcome: { type: 'failed', error: toErrorInfo(problem) },
    get releasesSlot() {
      return ended.releasesSlot
    },
  }
}

function toSharing(store: JobStore, shared: SharedStore): Sharing {
  return {
    onChange: (listener) => shared.onChange(listener),
    isWorkWaiting: (now) => store.hasReady(now) || shared.hasUpdates(),
    statesOf: (jobIds) => shared.statesOf(jobIds),
    publishDefinitions: (definitions) => shared.publishDefinitions(definitions),
    eventsElsewhere: () => shared.eventsElsewhere(),
    workerOf: (run) => shared.workerOf(run),
    workers: () => shared.workers(),
    beginClosing: () => shared.beginClosing(),
    dispose: () => shared.dispose(),
  }
}
