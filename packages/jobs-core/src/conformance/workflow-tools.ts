import assert from 'node:assert/strict'

import type { JobHandle } from '../client/send-options.ts'
import type { JobStatus, RunStatus } from '../runs/job-status.ts'
import type { StepStatus } from '../workflows/step-status.ts'
import type { CaseSend, CaseTools } from './case-tools.ts'
import type { ConformanceEvent } from './conformance-events.ts'
import type { WorkflowProgram } from './workflow-program.ts'

/** Sends an event whose workflow performs the program. */
export function sendProgram(
  t: CaseTools,
  program: WorkflowProgram,
  { event = 'conformance.workflow', payload, ...more }: CaseSend & { readonly event?: ConformanceEvent } = {},
): Promise<JobHandle> {
  return t.send(event, undefined, { ...more, payload: { program, ...payload } })
}

/** Lets a workflow perform the program to its end, in whatever way it ends. */
export async function runProgram(
  t: CaseTools,
  program: WorkflowProgram,
  more?: Parameters<typeof sendProgram>[2],
): Promise<JobStatus> {
  const { id } = await sendProgram(t, program, more)
  return t.waitForEnd(id)
}

/** What a program that completed came to. */
export async function resultOf(
  t: CaseTools,
  program: WorkflowProgram,
  more?: Parameters<typeof sendProgram>[2],
): Promise<unknown> {
  const status = await runProgram(t, program, more)
  assert.equal(status.state, 'completed', `The workflow is \`${status.state}\`: ${status.runs[0]?.error?.message}`)
  return lastRun(status).output
}

/** The newest run. */
export function lastRun(status: JobStatus): RunStatus {
  return status.runs.at(-1) ?? assert.fail(`The job ${status.id} has no run.`)
}

/** A step in the status of the newest run. */
export function stepIn(status: JobStatus, id: string): StepStatus | undefined {
  return status.runs.at(-1)?.steps?.find((step) => step.id === id)
}

/** The attempts of steps whose work was called, in order: `charge/1`, `charge/2`. */
export function stepAttempts(
  t: CaseTools,
  jobId: string,
  what: 'step' | 'compensation' | 'compensated' | 'stepEnded' = 'step',
): string[] {
  return t.journal({ jobId, what }).map(({ seen }) => `${String(seen['step'])}/${String(seen['attempt'])}`)
}

/** The idempotency keys that the work of a step, or its compensation, was given. */
export function idempotencyKeysOf(
  t: CaseTools,
  jobId: string,
  step: string,
  what: 'step' | 'compensation' = 'step',
): unknown[] {
  const entries = t.journal({ jobId, what }).filter(({ seen }) => seen['step'] === step)
  return entries.map(({ seen }) => seen['idempotencyKey'])
}

/** Waits until a step is in a state, by the job's status. */
export function waitForStepState(
  t: CaseTools,
  jobId: string,
  id: string,
  state: StepStatus['state'],
): Promise<StepStatus> {
  return t.waitUntil(`the step \`${id}\` is \`${state}\``, async () => {
    const step = stepIn(await t.client.getJobStatus(jobId), id)
    return step?.state === state && step
  })
}

/** When the work of a step was first called. */
export function stepStartedAt(t: CaseTools, jobId: string, step: string): number {
  const entry = t.journal({ jobId, what: 'step' }).find(({ seen }) => seen['step'] === step)
  return entry?.at ?? assert.fail(`The step \`${step}\` was not called.`)
}
