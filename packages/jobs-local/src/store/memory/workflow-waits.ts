import { type JobStatus, isEnded } from '@cgk-platform/jobs-core'
import {
  resolveEventWait,
  resolveJobWait,
  failMissingJobWait,
  failPastWait,
  type Envelope,
  type StepRecord,
} from '@cgk-platform/jobs-core/provider'

import type { ResolvedStep } from '../job-store.ts'
import { type StoredJob, type StoredRun, stateOf } from '../../records/stored-run.ts'
import { maxPastEvents } from '../../rules/max-past-events.ts'

/** The open waits of workflows: for events of their tenant, and for jobs that they sent. */
export class WorkflowWaits {
  readonly #events = new Map<string, Set<ResolvedStep>>()
  readonly #jobs = new Map<string, Set<ResolvedStep>>()
  readonly #byStep = new Map<StepRecord, { readonly set: Set<ResolvedStep>; readonly wait: ResolvedStep }>()
  readonly #read: (jobId: string) => JobStatus | undefined
  #resolved: ResolvedStep[] = []

  /** @param read - returns a job's status, or `undefined` for a job that no longer exists */
  constructor(read: (jobId: string) => JobStatus | undefined) {
    this.#read = read
  }

  /** Adds the wait of a step that waits, and removes it otherwise. */
  update(run: StoredRun, step: StepRecord): void {
    const known = this.#byStep.get(step)
    if (step.state !== 'waiting') return this.#drop(step)
    if (known) return
    const { tenantId } = run.job.envelope
    if (step.event !== undefined) this.#add(this.#events, keyOf(tenantId, step.event), { run, step })
    if (step.jobId !== undefined) this.#add(this.#jobs, step.jobId, { run, step })
  }

  /** Resolves a new wait with the earliest event that fits. @param jobs - those of its event, in the order of the sends */
  resolveFromPast(run: StoredRun, step: StepRecord, jobs: Iterable<StoredJob>, now: number): void {
    let read = 0
    for (const job of jobs) {
      if (job.envelope.sentAt < step.since! || !hasComeDue(job)) continue
      if (read++ === maxPastEvents) return failPastWait(run.workflow!, step, maxPastEvents, now)
      if (resolveEventWait(run.workflow!, step, job.envelope, now)) return
    }
  }

  /** Removes the waits of a run that has ended. */
  removeAll(run: StoredRun): void {
    for (const step of run.workflow?.steps ?? []) this.#drop(step)
  }

  resolveEventWaits(envelope: Envelope, now: number): number {
    if (this.#events.size === 0) return 0 // fast path for apps without waiting workflows
    let resolved = 0
    for (const wait of this.#events.get(keyOf(envelope.tenantId, envelope.event)) ?? []) {
      if (!resolveEventWait(wait.run.workflow!, wait.step, envelope, now)) continue
      this.#resolve(wait)
      resolved++
    }
    return resolved
  }

  /** Resolves the waits for a job if one of its runs has ended or the job no longer exists. */
  resolveJobWaits(jobId: string, now: number): void {
    const waits = this.#jobs.get(jobId)
    if (!waits) return
    const job = this.#read(jobId)
    for (const wait of waits) {
      const { run, step } = wait
      const isResolved = job
        ? resolveJobWait(run.workflow!, step, job, now)
        : failMissingJobWait(run.workflow!, step, 'local', now)
      if (isResolved) this.#resolve(wait)
    }
  }

  takeResolved(): readonly ResolvedStep[] {
    if (this.#resolved.length === 0) return this.#resolved
    const resolved = this.#resolved
    this.#resolved = []
    return resolved.filter(({ run }) => !isEnded(run.state))
  }

  get hasResolved(): boolean {
    return this.#resolved.length > 0
  }

  #resolve(wait: ResolvedStep): void {
    this.#drop(wait.step)
    this.#resolved.push(wait)
  }

  #add(index: Map<string, Set<ResolvedStep>>, key: string, wait: ResolvedStep): void {
    const set = index.get(key) ?? new Set()
    index.set(key, set.add(wait))
    this.#byStep.set(wait.step, { set, wait })
  }

  #drop(step: StepRecord): void {
    const known = this.#byStep.get(step)
    if (!known) return
    this.#byStep.delete(step)
    known.set.delete(known.wait)
    if (known.set.size > 0) return
    const { jobId, event } = step
    if (event !== undefined) this.#events.delete(keyOf(known.wait.run.job.envelope.tenantId, event))
    if (jobId !== undefined) this.#jobs.delete(jobId)
  }
}

/** Returns false for a job that is not due yet, or was cancelled. One that is due resolves the open waits in its turn. */
function hasComeDue(job: StoredJob): boolean {
  return (job.runs.length > 0 || isEnded(job.state)) && stateOf(job) !== 'cancelled'
}

function keyOf(tenantId: string, event: string): string {
  return JSON.stringify([tenantId, event])
}
