import { isEnded, type JobState } from '@cgk-platform/jobs-core'
import { retryableStates, signaledJobOf, signalOf } from '@cgk-platform/jobs-core/scheduling'
import type { Clock, Envelope, JobErrorInfo, ListQuery, Outcome, StepRecord } from '@cgk-platform/jobs-core/provider'

import type { SlotFacts } from '../../records/slot-facts.ts'
import { applyOutcome } from './apply-outcome.ts'
import { ArrivedJobs } from './arrived-jobs.ts'
import { beginAttempt, leaveBatch } from './begin-attempt.ts'
import { createRun } from '../../records/create-run.ts'
import { IndexedJobs } from './indexed-jobs.ts'
import { IdempotencyKeys } from './idempotency-keys.ts'
import { toJobStatus } from '../../records/to-job-status.ts'
import type { Steps } from '../../time/steps.ts'
import { turnBatch } from '../../rules/turn-batch.ts'
import type {
  ChangeCallbacks,
  ErasedJobs,
  GetOptions,
  JobStore,
  LimitsOf,
  Retention,
  RunChanges,
  StoredPage,
} from '../job-store.ts'
import { enterState, lastErrorOf } from '../../records/enter-state.ts'
import type { EndedState } from '../../records/run-state.ts'
import { hasBegun, makeDueAgain, noteRetry, type StoredJob, type StoredRun, stateOf } from '../../records/stored-run.ts'
import type { Subscriber, WorkerDefinition } from '../../records/subscriber.ts'
import { isCompensatedOnCancel } from '../../rules/is-compensated-on-cancel.ts'
import { listJobs } from './list-jobs.ts'
import { MemoryInspection } from './memory-inspection.ts'
import { OpenRuns } from './open-runs.ts'
import { Paused } from './paused.ts'
import { RetainedJobs } from './retained-jobs.ts'
import { RunHistory } from './run-history.ts'
import { RunQueue } from './run-queue.ts'
import { WallClock } from '../../time/wall-clock.ts'
import { retriedRuns } from './retried-runs.ts'
import { shiftDelays } from './shift-delays.ts'
import { WaitingJobs } from './waiting-jobs.ts'
import { WorkflowWaits } from './workflow-waits.ts'

/** Creates a store in this process's memory. @param countsWaiting - whether `placesFor` is called */
export function createMemoryStore(
  retention: Retention,
  clock: Pick<Clock, 'now' | 'elapsed'>,
  weights?: ReadonlyMap<string, number>,
  countsWaiting = false,
): JobStore {
  return new MemoryStore(retention, clock, weights, countsWaiting ? new WaitingJobs() : undefined)
}

/** Frozen, so that all jobs without runs can share it. */
const none: StoredRun[] = Object.freeze([]) as never

class MemoryStore implements JobStore {
  readonly isChanging = false
  readonly pauses = new Paused((target) => this.#queue.unpause(target))
  readonly endGathering = (): void => this.#queue.endGathering()
  readonly #jobs = new IndexedJobs()
  readonly #history = new RunHistory()
  readonly inspection = new MemoryInspection(this.#jobs, this.#history)
  readonly #arrived: ArrivedJobs
  readonly #queue: RunQueue
  readonly #waits = new WorkflowWaits((jobId) => {
    const job = this.#jobs.get(jobId)
    return job && toJobStatus(job)
  })
  readonly #open = new OpenRuns()
  readonly #keys = new IdempotencyKeys()
  readonly #ticks = new Map<string, number>()
  readonly #retained: RetainedJobs
  readonly #failures: RetainedJobs
  readonly #wall: WallClock
  readonly #waiting: WaitingJobs | undefined
  #openJobs = 0
  #hasWorkflows = false
  /** Cancelled workflows that are being compensated. */
  #compensating = 0

  constructor(
    retention: Retention,
    clock: Pick<Clock, 'now' | 'elapsed'>,
    weights: ReadonlyMap<string, number> | undefined,
    waiting: WaitingJobs | undefined,
  ) {
    this.#waiting = waiting
    this.#queue = new RunQueue({ weights, paused: this.pauses }, clock)
    this.#arrived = new ArrivedJobs(weights)
    this.#wall = new WallClock(clock)
    const owner = {
      deleteJob: (job: StoredJob) => this.#jobs.delete(job),
      neededBy: ({ envelope }: StoredJob) => this.#openJobOf(envelope),
    }
    this.#retained = new RetainedJobs(retention, owner)
    this.#failures = new RetainedJobs(retention.failed ?? retention, owner)
  }

  change<T>(work: () => T, { done }: ChangeCallbacks<T>): undefined {
    shiftDelays(this.#wall.takeJump(), this.#jobs, this.#arrived, this.#queue)
    done(work())
  }

  add(envelopes: readonly Envelope[], now: number): ReturnType<JobStore['add']> {
    return envelopes.map((envelope) => {
      const holder = envelope.idempotencyKey === undefined ? undefined : this.#keys.holder(envelope, now)
      if (holder !== undefined) return { ok: true, id: holder, deduplicated: true }
      this.#keys.take(envelope, now)
      const delayed = envelope.runAt !== undefined && envelope.runAt > now
      const job: StoredJob = { envelope, state: delayed ? 'scheduled' : 'queued', runs: none }
      this.#jobs.add(job)
      this.#openJobs++
      this.#open.addJob(job)
      this.#waiting?.add(job)
      this.#arrived.add(job, delayed ? envelope.runAt : undefined)
      return { ok: true, id: envelope.id, deduplicated: false }
    })
  }

  isKnown(envelope: Envelope, now: number): boolean {
    return envelope.idempotencyKey !== undefined && this.#keys.holder(envelope, now) !== undefined
  }

  placesFor(wanted: number, limit: number, tenantId?: string): number {
    return Math.min(wanted, limit - (this.#waiting?.count(tenantId) ?? 0))
  }

  get(jobId: string, { tenantId }: GetOptions = {}): StoredJob | undefined {
    const job = this.#jobs.get(jobId)
    return tenantId === undefined || job?.envelope.tenantId === tenantId ? job : undefined
  }

  takeDueJobs(max: number, now: number): StoredJob[] {
    return this.#arrived.take(max, now)
  }

  addRuns(job: StoredJob, subscribers: readonly Subscriber[], now: number): readonly string[] {
    const superseded: string[] = []
    this.#open.removeJob(job)
    for (const subscriber of subscribers) {
      const run = this.#addRun(createRun(job, subscriber), subscriber.debounce, now)
      if (!run) continue
      this.#ended(run, now)
      superseded.push(run.job.envelope.id)
    }
    return superseded
  }

  endWithoutRuns(job: StoredJob, state: 'completed' | 'unhandled', now: number): void {
    job.state = state
    this.#endJob(job, now)
  }

  claim(max: number, limitsOf: LimitsOf, now: number): StoredRun[] {
    this.#queue.wakeDue(turnBatch, now)
    const claimed: StoredRun[] = []
    while (claimed.length < max) {
      const run = this.#queue.take(limitsOf, now)
      if (!run) break
      beginAttempt(run, now)
      this.#waiting?.removeOf(run)
      const role = run.gather?.role
      if (role && role !== 'follows') for (const other of role.leads) this.#waiting?.removeOf(other)
      claimed.push(run)
    }
    return claimed
  }

  slotsOf(run: StoredRun): SlotFacts {
    return this.#queue.slotsOf(run)
  }

  postpone(job: StoredJob, until: number): void {
    job.state = 'scheduled'
    this.#arrived.add(job, until)
  }

  hasDueJobs(now: number): boolean {
    return this.#arrived.hasDue(now)
  }

  hasReady(now: number): boolean {
    const isReady = this.#arrived.hasDue(now) || this.#queue.mayHaveNext || this.#waits.hasResolved
    return isReady || (this.#queue.nextAt() ?? Number.POSITIVE_INFINITY) <= now
  }

  parkedRuns(): number {
    return this.#queue.parkedCount
  }

  lookAgain(definitions: readonly WorkerDefinition[]): void {
    this.#hasWorkflows = definitions.some(({ versions }) => versions !== undefined)
    this.#queue.lookAgain(definitions)
  }

  waitingRuns(): ReadonlyMap<string, number> {
    return this.#queue.waitingRuns
  }

  settle(run: StoredRun, attempt: number, outcome: Outcome, now: number, releasesSlot = false): boolean {
    const isFollower = run.gather?.role === 'follows'
    const isSettled = this.#settle(run, attempt, outcome, now)
    if (isFollower) leaveBatch(run)
    else if (releasesSlot) this.release(run)
    return isSettled
  }

  #settle(run: StoredRun, attempt: number, outcome: Outcome, now: number): boolean {
    if (run.attempts !== attempt || !hasBegun(run)) return false
    if (run.compensating && outcome.type !== 'suspended' && outcome.type !== 'interrupted') {
      // The run itself ended when it was cancelled.
      enterState(run, { state: 'cancelled', endedAt: run.endedAt, ...lastErrorOf(run) })
      this.#compensating--
      return true
    }
    if (outcome.type === 'restarted') this.#waits.removeAll(run)
    applyOutcome(run, outcome, now, { queue: this.#queue, end: (state) => this.#endRun(run, state, now) })
    return true
  }

  release(run: StoredRun): void {
    this.#queue.release(run)
    this.#beginCompensation(run)
  }

  cancel(jobId: string, now: number): StoredRun[] {
    const job = this.#jobs.get(jobId)
    if (!job || isEnded(stateOf(job))) return []
    const running: StoredRun[] = []
    for (const run of job.runs.filter(({ state }) => !isEnded(state))) {
      const before = { state: run.state, pause: run.pause, dueAt: run.dueAt }
      const isRunning = run.state === 'running' && !run.pause
      if (isRunning) running.push(run)
      const ended = { state: 'cancelled', endedAt: now, ...lastErrorOf(run) } as const
      this.#endRun(run, isCompensatedOnCancel(run) ? { ...ended, toCompensate: job.envelope } : ended, now)
      this.#queue.drop(run, before)
      if (!isRunning) this.#beginCompensation(run)
    }
    if (job.runs.length === 0) {
      const delayed = job.state === 'scheduled'
      job.state = 'cancelled'
      if (delayed) this.#arrived.cancelled(job)
      this.#endJob(job, now)
    }
    return running
  }

  retry(jobId: string, now: number, traceparent?: string): void {
    const job = this.#jobs.get(jobId)
    if (!job || !retryableStates.includes(stateOf(job))) return
    this.#retained.remove(job)
    this.#failures.remove(job)
    this.#openJobs++
    delete job.endedAt
    noteRetry(job, traceparent)
    if (job.runs.length === 0) {
      makeDueAgain(job, now)
      this.#open.addJob(job)
      this.#waiting?.add(job)
      this.#arrived.add(job)
    }
    for (const run of retriedRuns(job, now)) this.#addRun(run)
  }

  saveStep(run: StoredRun, step: StepRecord, now: number): boolean {
    if (step.since !== undefined && step.state === 'waiting') {
      this.#waits.resolveFromPast(run, step, this.#pastJobs(step, run.job.envelope.tenantId), now)
    }
    this.#waits.update(run, step)
    if (step.jobId !== undefined && step.state === 'waiting') this.#waits.resolveJobWaits(step.jobId, step.startedAt)
    return true
  }

  deletedUntil(): number {
    return Math.max(this.#retained.deletedUntil, this.#failures.deletedUntil)
  }

  /** Returns the jobs of the event that a step waits for. Those of signals are found by the job that they are for. */
  #pastJobs({ event = '', match }: StepRecord, tenantId: string): Iterable<StoredJob> {
    if (signalOf(event) === undefined) return this.#jobs.ofEvent(event, tenantId)
    const jobs = this.#jobs.candidates({ reference: String(match?.['jobId']) })
    return jobs.filter(({ envelope }) => envelope.tenantId === tenantId && envelope.event === event)
  }

  /** Returns the id of the open job that a signal is for. */
  #openJobOf(envelope: Envelope): string | undefined {
    const id = signaledJobOf(envelope)
    const job = id === undefined ? undefined : this.#jobs.get(id)
    return job && job.endedAt === undefined ? id : undefined
  }

  resolveWaits(envelope: Envelope, now: number): number {
    return this.#waits.resolveEventWaits(envelope, now)
  }

  saveRecord(): void {
    // The record is already in memory.
  }

  takeRunChanges(): RunChanges {
    return { resolved: this.#waits.takeResolved(), cancelled: none, lost: none }
  }

  wakeRun(run: StoredRun): void {
    this.#queue.wake(run)
  }

  erase(tenantId: string, until: number): ErasedJobs {
    const found = { erased: 0, left: 0 }
    for (const job of this.#jobs.values()) {
      if (job.envelope.tenantId !== tenantId || job.envelope.sentAt >= until) continue
      if (found.erased === turnBatch) return { ...found, left: 0, hasMore: true }
      if (this.#eraseJob(job)) found.erased++
      else found.left++
    }
    this.#keys.erase(tenantId, (jobId) => this.#jobs.get(jobId) !== undefined)
    return { ...found, hasMore: false }
  }

  /** Deletes a job. Returns false for an open one, and for one whose compensation is to run. */
  #eraseJob(job: StoredJob): boolean {
    const isCompensated = job.runs.some(({ toCompensate, compensating }) => toCompensate ?? compensating)
    if (isCompensated || !isEnded(stateOf(job))) return false
    this.#jobs.delete(job)
    this.#retained.remove(job)
    this.#failures.remove(job)
    // What still refers to the job, such as the order of ended jobs, does not keep its data in memory.
    const { v, id, event, sentAt } = job.envelope
    job.envelope = { v, id, event, tenantId: job.envelope.tenantId, sentAt, payload: null }
    job.runs = none
    return true
  }

  nextDueAt(): number | undefined {
    const [job, run] = [this.#arrived.nextAt(), this.#queue.nextAt()]
    return job === undefined || run === undefined ? (job ?? run) : Math.min(job, run)
  }

  hasOpenRun(definitionId: string, tenantId: string): boolean {
    return this.#open.has(definitionId, tenantId)
  }

  list(query: ListQuery): Steps<StoredPage> {
    return listJobs(this.#jobs.candidates(query), query)
  }

  openJobs(): number {
    return this.#openJobs + this.#compensating
  }

  lastTick(definitionId: string): number | undefined {
    return this.#ticks.get(definitionId)
  }

  setLastTick(definitionId: string, tick: number): void {
    this.#ticks.set(definitionId, tick)
  }

  close(reason: JobErrorInfo, now: number): string[] {
    const open = [...this.#jobs.values()].filter((job) => !isEnded(stateOf(job)))
    for (const job of open) {
      for (const run of job.runs.filter(({ state }) => !isEnded(state))) {
        this.#endRun(run, { state: 'failed', endedAt: now, error: reason }, now)
      }
      if (job.runs.length > 0) continue
      job.state = 'failed'
      this.#endJob(job, now)
    }
    return open.map(({ envelope }) => envelope.id)
  }

  #beginCompensation(run: StoredRun): void {
    const { toCompensate: compensating } = run
    if (!compensating) return
    const { endedAt } = run
    this.#compensating++
    this.#queue.resume(
      enterState(run, { state: 'cancelled', endedAt, compensating, pause: 'awake', ...lastErrorOf(run) }),
    )
  }

  #addRun(run: StoredRun, debounce?: Subscriber['debounce'], now = 0): StoredRun | undefined {
    const { job } = run
    // `push` to an empty array would reserve 128 bytes for more runs.
    job.runs = job.runs.length === 0 ? [run] : [...job.runs, run]
    this.#open.addRun(run)
    this.#history.created(run)
    return this.#queue.add(run, debounce, now)
  }

  #endRun(run: StoredRun, state: EndedState, now: number): void {
    enterState(run, state)
    this.#ended(run, now)
  }

  #ended(run: StoredRun, now: number): void {
    this.#open.removeRun(run)
    this.#history.ended(run, now)
    this.#waiting?.removeOf(run)
    this.#waits.removeAll(run)
    this.#waits.resolveJobWaits(run.job.envelope.id, now)
    if (isEnded(stateOf(run.job))) this.#endJob(run.job, now)
  }

  #endJob(job: StoredJob, now: number): void {
    job.endedAt = now
    if (!this.#needsPayload(stateOf(job))) job.envelope = { ...job.envelope, payload: null }
    this.#waits.resolveJobWaits(job.envelope.id, now)
    this.#openJobs--
    if (job.runs.length === 0) this.#open.removeJob(job)
    this.#waiting?.remove(job)
    const isFailure = stateOf(job) === 'failed'
    const [own, other] = isFailure ? [this.#failures, this.#retained] : [this.#retained, this.#failures]
    other.release(job, now)
    other.prune(now)
    own.add(job, now)
  }

  /** Returns whether a retry, or a wait of a workflow with `since`, may need the payload of an ended job. */
  #needsPayload(state: JobState): boolean {
    return retryableStates.includes(state) || (this.#hasWorkflows && state !== 'cancelled')
  }
}
