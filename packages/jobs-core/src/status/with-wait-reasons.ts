import type { JobStatus, RunStatus } from './job-status.ts'
import type { StepStatus } from './step-status.ts'
import type { WaitReason } from './wait-reason.ts'

/** Adds the reasons of waits that follow from the status itself, where the engine has told none. */
export function withWaitReasons<Job extends JobStatus>(job: Job): Job {
  const runs = job.runs.map((run) => withReason(run, reasonOf(run, job)))
  const isSame = runs.every((run, index) => run === job.runs[index])
  const all = isSame ? job : { ...job, runs }
  const { scheduledFor, state } = job
  const isDelayed = job.runs.length === 0 && state === 'scheduled' && scheduledFor !== undefined
  return isDelayed ? withReason(all, { kind: 'delay', until: scheduledFor }) : all
}

function withReason<Part extends { readonly waiting?: WaitReason }>(part: Part, reason: WaitReason | undefined): Part {
  return part.waiting || !reason ? part : { ...part, waiting: reason }
}

function reasonOf(run: RunStatus, { scheduledFor }: JobStatus): WaitReason | undefined {
  const { state, nextAttemptAt, parked, steps = [] } = run
  if (parked) return { kind: 'version', until: parked.until }
  if (state === 'retrying' && nextAttemptAt) return { kind: 'retry', until: nextAttemptAt }
  if (state === 'scheduled' && scheduledFor) return { kind: 'delay', until: scheduledFor }
  // Of a workflow that runs code, the waits of other steps are no reason.
  if (state !== 'running' || steps.some((step) => step.state === 'running')) return undefined
  const step = steps.find((one) => one.state === 'waiting') ?? steps.find((one) => one.state === 'retrying')
  return step && reasonOfStep(step)
}

function reasonOfStep({ state, waitsFor, waitsUntil, nextAttemptAt }: StepStatus): WaitReason | undefined {
  if (state === 'retrying') return nextAttemptAt && { kind: 'retry', until: nextAttemptAt }
  const end = waitsUntil && { until: waitsUntil }
  if (!waitsFor) return end && { kind: 'sleep', ...end }
  if ('event' in waitsFor) return { kind: 'event', event: waitsFor.event, ...end }
  if ('signal' in waitsFor) return { kind: 'signal', signal: waitsFor.signal, ...end }
  return { kind: 'job', jobId: waitsFor.jobId, ...end }
}
