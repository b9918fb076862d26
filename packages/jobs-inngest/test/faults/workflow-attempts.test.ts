import { defineWorkflow } from '@cgk-platform/jobs-core'
import { expect, test } from 'vitest'

import { openJobs, type OpenJobs } from '../kit/open-jobs.ts'

const payload = { tenantId: 'acme', number: 7 }
const retry = { maxAttempts: 4, backoff: 'fixed', initialDelay: 1500 } as const

test('increments the attempt of the code by one, whatever step is retried in between', async () => {
  const seen: string[] = []
  const attempts: number[] = []
  let [codeFailed, stepFailed] = [0, 0]
  const work = defineWorkflow({
    id: 'work',
    event: 'work.asked',
    retry,
    steps: async (_event, step, { attempt }) => {
      await step.run('x', () => undefined)
      if (codeFailed++ < 2) throw new Error('the code')
      await step.run('y', () => undefined)
      await step.run('z', (context) => {
        seen.push(`z ${context.attempt} in ${attempt}`)
        if (stepFailed++ < 1) throw new Error('the step')
      })
      seen.push(`end ${attempt}`)
      throw new Error('again')
    },
  })
  const { client } = await openJobs({
    jobs: [work],
    hooks: { onAttemptStart: ({ attempt }) => void attempts.push(attempt) },
  })
  const { id } = await client.sendJob('work.asked', payload)
  const { state, runs } = await client.waitForJob(id)
  expect([state, runs[0]!.attempts]).toEqual(['failed', 4])
  expect(seen).toEqual(['z 1 in 3', 'z 2 in 3', 'end 3', 'end 4'])
  expect(attempts).toEqual([1, 2, 3, 4])
})

test('retries code that crashes its process between two steps only slightly more often than its maximum', async () => {
  const effects: string[] = []
  let app: { readonly port: number; close(): Promise<void> }
  let restarts = 0
  let restarting = Promise.resolve()
  // Sequential, because two of them would use the same port.
  const restart = (): void => {
    restarting = restarting.then(async () => {
      await app.close()
      ;({ app } = await opened.openApp({ jobs: [define()], port: app.port }))
      restarts++
    })
  }
  const define = () =>
    defineWorkflow({
      id: 'work',
      event: 'work.asked',
      retry: { ...retry, maxAttempts: 2 },
      steps: async (_event, step) => {
        await step.run('one', () => void effects.push('one'), {
          compensate: () => void effects.push('compensation one'),
        })
        if (effects.includes('compensation one')) return
        effects.push('dies')
        await opened.pause(500)
        restart()
        await new Promise(() => undefined)
      },
    })
  const opened: OpenJobs = await openJobs({ jobs: [define()], engine: { retryDelayMs: () => 1500 }, factor: 10 })
  app = opened.app
  const { id } = await opened.client.sendJob('work.asked', payload)
  await opened.until(() => effects.includes('compensation one') || effects.length > 10)
  expect(effects.filter((what) => what === 'one')).toHaveLength(1)
  const deaths = effects.filter((what) => what === 'dies').length
  expect(deaths).toBeLessThan(7)
  await opened.until(async () => (await opened.client.getJobStatus(id)).state === 'failed')
  await opened.until(() => restarts === deaths) // the last process can start after all compensations
})
