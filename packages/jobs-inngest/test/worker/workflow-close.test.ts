import { defineWorkflow } from '@cgk-platform/jobs-core'
import { expect, test } from 'vitest'

import { openWorkerClient } from '../kit/open-worker-client.ts'

test('a worker that closes in a step aborts it, and another makes the same attempt again', async () => {
  const effects: string[] = []
  const work = defineWorkflow({
    id: 'work',
    event: 'work.asked',
    retry: { maxAttempts: 1 },
    steps: async (_event, step) => {
      await step.run('one', () => void effects.push('one'))
      await step.run('two', async ({ attempt, signal }) => {
        effects.push(`two, attempt ${attempt}`)
        if (effects.length > 2) return
        await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }))
        effects.push('aborted')
      })
    },
  })
  const { client, openClient, until } = await openWorkerClient([work])
  await client.start()
  const { id } = await client.sendJob('work.asked', { tenantId: 'acme' })
  await until(() => effects.length === 2)
  await client.close({ timeout: 0 })
  const another = openClient()
  await another.start()
  const { state } = await another.waitForJob(id)
  expect([state, effects]).toEqual(['completed', ['one', 'two, attempt 1', 'aborted', 'two, attempt 1']])
})
