import assert from 'node:assert/strict'

import type { JobHandle, JobStatus, RunStatus } from '@cgk-platform/jobs-core'
import type { StepStatus } from '@cgk-platform/jobs-core/provider'

import type { CaseSend, CaseTools } from './case-tools.ts'
import type { ConformanceEvent } from './conformance-events.ts'
import type { WorkflowProgram } from './workflow-program.ts'

/** Sends an event whose workflow runs the program. */
export function sendProgram(
  t: CaseTools,
  program: WorkflowProgram,
  { event = 'conformance.workflow', payload, ...more }: CaseSend & { readonly event?: ConformanceEvent } = {},
): Promise<JobHandle> {
  return t.send(event, undefined, { ...more, payload: { program, ...payload } })
}

/** Runs the program in a workflow and returns the status once the job has ended. */
export async function runProgram(
  t: CaseTools,
  program: WorkflowProgram,
  more?: Parameters<typeof sendProgram>[2],
): Promise<JobStatus> {
  const { id } = await sendProgram(t, program, more)
  return t.waitForEnd(id)
}

/** Runs the program and returns its output. Fails if it does not complete. */
export async function resultOf(
  t: CaseTools,
  program: WorkflowProgram,
  more?: Parameters<typeof sendProgram>[2],
): Promise<unknown> {
  const status = await runProgram(t, program, more)
  assert.equal(status.state, 'completed', `The workflow is \`${status.state}\`: ${status.runs[0]?.error?.message}`)
  return lastRun(status).output
}

/** Returns the newest run. */
export function lastRun(status: JobStatus): RunStatus {
  return status.runs.at(-1) ?? assert.fail(`The job ${status.id} has no run.`)
}

/** Returns a step of the newest run. */
export function stepIn(status: JobStatus, id: string): StepStatus | undefined {
  return status.runs.at(-1)?.steps?.find((step) => step.id === id)
}

/** Returns the attempts of steps in the order of their calls: `charge/1`, `charge/2`. */
export function stepAttempts(
  t: CaseTools,
  jobId: string,
  kind: 'step' | 'compensation' | 'compensated' | 'stepEnded' = 'step',
): string[] {
  return t.journal({ jobId, kind }).map(({ details }) => `${String(details['step'])}/${String(details['attempt'])}`)
}

/** Returns the idempotency keys that a step's work or compensation received. */
export function idempotencyKeysOf(
  t: CaseTools,
  jobId: string,
  step: string,
  kind: 'step' | 'compensation' = 'step',
): unknown[] {
  const entries = t.journal({ jobId, kind }).filter(({ details }) => details['step'] === step)
  return entries.map(({ details }) => details['idempotencyKey'])
}

/** Waits until a step is in a state, according to the job's status. */
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

/** Returns when the work of a step was first called, epoch milliseconds. */
export function stepStartedAt(t: CaseTools, jobId: string, step: string): number {
  const entry = t.journal({ jobId, kind: 'step' }).find(({ details }) => details['step'] === step)
  return entry?.at ?? assert.fail(`The step \`${step}\` was not called.`)
}
