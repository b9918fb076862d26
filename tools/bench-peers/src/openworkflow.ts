import { join } from 'node:path'

import { OpenWorkflow } from 'openworkflow'
import { BackendSqlite } from 'openworkflow/sqlite'

import { type Contender, type ContenderOptions, Countdown, payloadOf, stepsPerRun } from './contender.ts'

/**
 * Opens openworkflow on its SQLite backend, which syncs each commit. A round of `jobs` steps is a number of runs with a
 * few steps each. The worker has a slot for each run, because it pauses when it finds no free slot.
 */
export async function open({ folder }: ContenderOptions): Promise<Contender> {
  let rounds = 0
  return {
    async run(jobs) {
      const backend = BackendSqlite.connect(join(folder, `openworkflow-${rounds++}.db`))
      const client = new OpenWorkflow({ backend })
      const ended = new Countdown()
      const workflow = client.defineWorkflow({ name: 'steps' }, async ({ step }) => {
        for (let index = 0; index < stepsPerRun; index++)
          await step.run({ name: `step-${index}` }, async () => ({ index }))
        ended.count(stepsPerRun)
      })
      const runs = jobs / stepsPerRun
      const worker = client.newWorker({ concurrency: runs })
      const all = ended.from(jobs)
      const startedAt = performance.now()
      const handles = await Promise.all(Array.from({ length: runs }, (_, index) => workflow.run(payloadOf(index))))
      await worker.start()
      await all
      for (const { workflowRun } of handles) await untilCompleted(backend, workflowRun.id)
      const durationMs = performance.now() - startedAt
      await worker.stop()
      await backend.stop()
      return durationMs
    },
    async close() {},
  }
}

async function untilCompleted(backend: BackendSqlite, workflowRunId: string): Promise<void> {
  while ((await backend.getWorkflowRun({ workflowRunId }))?.status !== 'completed')
    await new Promise((resolve) => setImmediate(resolve))
}
