import { createJobClient, defineWorkflow, type WorkflowDefinition } from '@cgk-platform/jobs'

import type { BenchRow } from './bench-row.ts'
import { median, spread } from './median.ts'

const rounds = 5
const few = 1_000
const many = 10_000

/**
 * Steps a second of one run on the local engine, every step with its record, its retry policy and its result copied as
 * JSON; whether ten times as many steps take ten times as long; and what a replay of them costs.
 */
export async function workflowSteps(): Promise<BenchRow[]> {
  const measured: { fewMs: number; manyMs: number; replayMs: number; bareMs: number }[] = []
  for (let round = 0; round <= rounds; round++) {
    const figures = {
      fewMs: median([await runMs(few), await runMs(few), await runMs(few)]),
      manyMs: await runMs(many),
      replayMs: await replayMs(many),
      bareMs: await bareMs(many),
    }
    if (round > 0) measured.push(figures) // the first round warms up
  }
  const rates = measured.map(({ manyMs }) => (many / manyMs) * 1000)
  const growth = measured.map(({ fewMs, manyMs }) => manyMs / many / (fewMs / few))
  const toBare = measured.map(({ manyMs, bareMs: bare }) => manyMs / bare)
  const replays = measured.map(({ replayMs: replay }) => replay)
  return [
    {
      what: `local workflow, one run of ${many} steps`,
      figure: `${Math.round(median(rates))} steps/s`,
      detail: `${spread(rates, 0)}; ${median(toBare).toFixed(1)} × a bare await with a JSON copy (${spread(toBare, 1)})`,
    },
    {
      what: `time per step, ${many} steps over ${few}`,
      figure: `${median(growth).toFixed(2)} ×`,
      detail: `${spread(growth, 2)}; 1 is linear`,
    },
    {
      what: `replay of ${many} completed steps`,
      figure: `${median(replays).toFixed(0)} ms`,
      detail: `${spread(replays, 0)} ms after each wait; ${((median(replays) / many) * 1000).toFixed(1)} µs a step`,
    },
  ]
}

function define(steps: WorkflowDefinition<'analytics.track'>['steps'], maxSteps: number) {
  return defineWorkflow({ id: 'bench-steps', event: 'analytics.track', maxSteps, steps })
}

async function runMs(count: number): Promise<number> {
  const workflow = define(async (_event, step) => {
    for (let index = 0; index < count; index++) await step.run('step', async () => ({ index }))
  }, count)
  return durationOf(workflow)
}

/** How long the code takes to come back to where it was. */
async function replayMs(count: number): Promise<number> {
  const began: number[] = []
  const ended: number[] = []
  const workflow = define(async (_event, step) => {
    began.push(performance.now())
    for (let index = 0; index < count; index++) await step.run('step', async () => ({ index }))
    ended.push(performance.now())
    await step.sleep('nap', 100)
  }, count + 1)
  await durationOf(workflow)
  return ended[1]! - began[1]!
}

async function durationOf(workflow: WorkflowDefinition): Promise<number> {
  const client = createJobClient({ provider: 'local', jobs: [workflow] })
  const payload = { tenantId: 'tenant', event: 'Product Viewed', userId: 'user' }
  const began = performance.now()
  const { id } = await client.sendJob('analytics.track', payload)
  const { state } = await client.waitForJob(id)
  const durationMs = performance.now() - began
  await client.close()
  if (state !== 'completed') throw new Error(`The workflow is \`${state}\`.`)
  return durationMs
}

async function bareMs(count: number): Promise<number> {
  const kept: unknown[] = []
  const work = async (index: number): Promise<{ index: number }> => ({ index })
  const began = performance.now()
  for (let index = 0; index < count; index++) kept.push(structuredClone(await work(index)))
  return performance.now() - began
}
