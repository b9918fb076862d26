import assert from 'node:assert/strict'

import { isEnded, type JobHandle, type RunStatus } from '@cgk-platform/jobs-core'

import type { CaseTools } from './case-tools.ts'
import type { ConformanceEngine } from './conformance-target.ts'
import { versionOf } from './conformance-workflows.ts'
import type { WorkflowOp, WorkflowProgram } from './workflow-program.ts'
import { lastRun, sendProgram, waitForStepState } from './workflow-tools.ts'

const generations = new WeakMap<ConformanceEngine, number>()

/** Returns the generation of the code that the engine's host has. */
export function generationOf({ engine }: CaseTools): number {
  return generations.get(engine) ?? 0
}

/** Returns the version of the code that the engine's host has. */
export function currentVersion(t: CaseTools): string {
  return versionOf(generationOf(t))
}

/** Deploys the code of a generation. Default: the next one. */
export async function deploy(t: CaseTools, generation = generationOf(t) + 1): Promise<void> {
  generations.set(t.engine, generation)
  await t.engine.deploy!(generation)
}

/** Waits for the event of `goOn`. It lasts longer than any deploy. */
export const untilTold: WorkflowOp = { do: 'wait', id: 'told', timeoutMs: 3_600_000 }

/** Sends a program, and waits until its run is at `untilTold`. */
export async function sendUntilTold(t: CaseTools, ...sent: WithoutTools<typeof sendProgram>): Promise<JobHandle> {
  const handle = await sendProgram(t, ...sent)
  await waitForStepState(t, handle.id, 'told', 'waiting')
  return handle
}

type WithoutTools<F> = F extends (t: CaseTools, ...rest: infer Rest) => unknown ? Rest : never

/** Ends `untilTold` in the runs of the case. */
export async function goOn(t: CaseTools): Promise<void> {
  const { id } = await t.send('conformance.awaited')
  await t.waitForEnd(id)
}

/** Waits until a job's newest run waits for other code. */
export async function waitForParked(t: CaseTools, jobId: string): Promise<NonNullable<RunStatus['parked']>> {
  return t.waitUntil(`a run of ${jobId} waits for other code`, async () => {
    const { state, runs } = await t.client.getJobStatus(jobId)
    assert.ok(!isEnded(state), `The job is \`${state}\`: ${runs.at(-1)?.error?.message}`)
    return runs.at(-1)?.parked
  })
}

/** Waits until a job has completed, and returns the output of its program, without the result of `untilTold`. */
export async function resultAfterDeploy(t: CaseTools, jobId: string): Promise<unknown[]> {
  const { state, output, error } = lastRun(await t.waitForEnd(jobId))
  assert.equal(state, 'completed', `The workflow is \`${state}\`: ${error?.message}`)
  return (output as unknown[]).filter((result) => typeof result !== 'object')
}

/** Code that another deploy changes: `before` until the next one, `after` since. */
export function changesWithNext(t: CaseTools, before: WorkflowProgram, after: WorkflowProgram): WorkflowOp {
  return { do: 'deployed', generation: generationOf(t) + 1, before, after }
}
