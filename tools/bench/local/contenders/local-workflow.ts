import { join } from 'node:path'

import { createJobClient, defineWorkflow } from '@cgk-platform/jobs'
import { type Contender, type ContenderOptions, Countdown, payloadOf, stepsPerRun } from 'bench-peers/contender'

/** Opens the workflows of the local engine. A round of `jobs` steps is a number of runs with a few steps each. */
export async function open({ folder, settings }: ContenderOptions): Promise<Contender> {
  const { store = 'memory', concurrency = 50 } = settings ?? {}
  let rounds = 0
  return {
    async run(jobs) {
      const ended = new Countdown()
      const workflow = defineWorkflow({
        id: `steps-${rounds}`,
        event: 'analytics.track',
        steps: async (_event, step) => {
          for (let index = 0; index < stepsPerRun; index++) await step.run('step', async () => ({ index }))
          ended.count(stepsPerRun)
        },
      })
      const file = store === 'sqlite' ? { store: 'sqlite' as const, path: join(folder, `workflow-${rounds++}.db`) } : {}
      const config = { concurrency: Number(concurrency), ...file }
      const client = createJobClient({ provider: 'local', jobs: [workflow], config })
      await client.start()
      const items = Array.from({ length: jobs / stepsPerRun }, (_, index) => ({
        event: 'analytics.track' as const,
        payload: payloadOf(index),
      }))
      const all = ended.from(jobs)
      const startedAt = performance.now()
      await client.sendJobs(items)
      await all
      await client.close({ timeout: '5m' }) // resolves when the last run has ended and is recorded
      return performance.now() - startedAt
    },
    async close() {},
  }
}
