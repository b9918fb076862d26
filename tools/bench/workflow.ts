import { createJobClient, defineWorkflow, type WorkflowDefinition } from '@cgk-platform/jobs'

import type { BenchRow } from './bench-row.ts'
import { median, spread } from './statistics.ts'

const rounds = 5
const few = 1_000
const many = 10_000

/**
 * Measures a workflow on the local engine: steps per second, the growth of the time per step from a thousand to ten
 * thousand steps, and the time of a replay. Each step has a record, a retry policy and a JSON copy of its result.
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
      name: `local workflow, one run of ${many} steps`,
      figure: `${Math.round(median(rates))} steps/s`,
      detail: `${spread(rates, 0)}; ${median(toBare).toFixed(1)} × a plain await with a JSON copy (${spread(toBare, 1)})`,
    },
    {
      name: `time per step, ${many} against ${few} steps`,
      figure: `${median(growth).toFixed(2)} ×`,
      detail: `${spread(growth, 2)}; 1 is linear`,
    },
    {
      name: `replay of ${many} completed steps`,
      figure: `${median(replays).toFixed(0)} ms`,
      detail: `${spread(replays, 0)} ms after each wait; ${((median(replays) / many) * 1000).toFixed(1)} µs per step`,
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

/** Measures the replay after a wait, until the code reaches the wait again. */
async function replayMs(count: number): Promise<number> {
  const started: number[] = []
  const ended: number[] = []
  const workflow = define(async (_event, step) => {
    started.push(performance.now())
    for (let index = 0; index < count; index++) await step.run('step', async () => ({ index }))
    ended.push(performance.now())
    await step.sleep('nap', 100)
  }, count + 1)
  await durationOf(workflow)
  return ended[1]! - started[1]!
}

async function durationOf(workflow: WorkflowDefinition): Promise<number> {
  const client = createJobClient({ provider: 'local', jobs: [workflow] })
  const payload = { tenantId: 'tenant', event: 'Product Viewed', userId: 'user' }
  const startedAt = performance.now()
  const { id } = await client.sendJob('analytics.track', payload)
  const { state } = await client.waitForJob(id)
  const durationMs = performance.now() - startedAt
  await client.close()
  if (state !== 'completed') throw new Error(`The workflow of the bench ended as \`${state}\`.`)
  return durationMs
}

async function bareMs(count: number): Promise<number> {
  const results: unknown[] = []
  const work = async (index: number): Promise<{ index: number }> => ({ index })
  const startedAt = performance.now()
  for (let index = 0; index < count; index++) results.push(structuredClone(await work(index)))
  return performance.now() - startedAt
}
