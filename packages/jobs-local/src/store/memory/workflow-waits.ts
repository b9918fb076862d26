import { type JobStatus, isEnded } from '@cgk-platform/jobs-core'
import {
  resolveEventWait,
  resolveJobWait,
  failMissingJobWait,
  type Envelope,
  type StepRecord,
} from '@cgk-platform/jobs-core/provider'

import type { AnsweredStep, StoredRun } from '../job-store.ts'

/** The open waits of workflows: for events of their tenant, and for jobs that they sent. */
export class WorkflowWaits {
  readonly #events = new Map<string, Set<AnsweredStep>>()
  readonly #jobs = new Map<string, Set<AnsweredStep>>()
  readonly #byStep = new Map<StepRecord, { readonly set: Set<AnsweredStep>; readonly wait: AnsweredStep }>()
  #answered: AnsweredStep[] = []

  /** Adds the wait of a step that waits, and removes it otherwise. */
  update(run: StoredRun, step: StepRecord): void {
    const known = this.#byStep.get(step)
    if (step.state !== 'waiting') return this.#drop(step)
    if (known) return
    const { tenantId } = run.job.envelope
    if (step.event !== undefined) this.#add(this.#events, keyOf(tenantId, step.event), { run, step })
    if (step.jobId !== undefined) this.#add(this.#jobs, step.jobId, { run, step })
  }

  /** Removes the waits of a run that has ended. */
  removeAll(run: StoredRun): void {
    for (const step of run.workflow?.steps ?? []) this.#drop(step)
  }

  answerEvent(envelope: Envelope, now: number): number {
    if (this.#events.size === 0) return 0 // fast path for apps without waiting workflows
    let answered = 0
    for (const wait of this.#events.get(keyOf(envelope.tenantId, envelope.event)) ?? []) {
      if (!resolveEventWait(wait.run.workflow!, wait.step, envelope, now)) continue
      this.#answer(wait)
      answered++
    }
    return answered
  }

  /** Answers the waits for a job if one of its runs has ended or the job no longer exists. */
  answerJob(jobId: string, read: () => JobStatus | undefined, now: number): void {
    const waits = this.#jobs.get(jobId)
    if (!waits) return
    const job = read()
    for (const wait of waits) {
      const { run, step } = wait
      const isAnswered = job
        ? resolveJobWait(run.workflow!, step, job, now)
        : failMissingJobWait(run.workflow!, step, 'local', now)
      if (isAnswered) this.#answer(wait)
    }
  }

  takeAnswered(): readonly AnsweredStep[] {
    if (this.#answered.length === 0) return this.#answered
    const answered = this.#answered
    this.#answered = []
    return answered.filter(({ run }) => !isEnded(run.state))
  }

  get hasAnswered(): boolean {
    return this.#answered.length > 0
  }

  #answer(wait: AnsweredStep): void {
    this.#drop(wait.step)
    this.#answered.push(wait)
  }

  #add(index: Map<string, Set<AnsweredStep>>, key: string, wait: AnsweredStep): void {
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

function keyOf(tenantId: string, event: string): string {
  return JSON.stringify([tenantId, event])
}
