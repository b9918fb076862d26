import { expect, test } from 'vitest'

import { createTestEngine } from '../../src/testing/index.ts'
import { workflow } from '../kit/workflow.ts'

const tenantId = 'acme'
const once = { retry: { maxAttempts: 1 } }

test('a run that fails before it reaches a completed step compensates that step once it is reached', async () => {
  const compensated: string[] = []
  let isAway = false
  const flow = workflow(
    async (_event, step) => {
      if (isAway) throw new Error('The settings are away')
      await step.run('charge', () => 1, { compensate: () => void compensated.push('charge') })
      await step.sleep('nap', '1h')
    },
    { retry: { maxAttempts: 3, backoff: 'fixed', initialDelay: '1m' } },
  )
  const engine = createTestEngine({ jobs: [flow] })
  const { id } = await engine.client.sendJob('work.requested', { tenantId })
  await engine.settle()
  isAway = true
  await engine.advance('63m')
  isAway = false
  await engine.advance('10m')
  const { state, runs } = await engine.client.getJobStatus(id)
  expect([state, runs[0]?.error?.message, compensated]).toEqual(['failed', 'The settings are away', ['charge']])
})

test('a retry does not repeat a step that could not be compensated', async () => {
  const did: string[] = []
  let isRefused = true
  let isBroken = true
  const flow = workflow(async (_event, step) => {
    await step.run('charge', ({ idempotencyKey }) => did.push(idempotencyKey), {
      retry: { maxAttempts: 1 },
      compensate: () => {
        if (isRefused) throw new Error('The bank refuses')
      },
    })
    await step.run('pack', () => did.push('pack'), { compensate: () => void did.push('unpack') })
    await step.run('ship', () => {
      if (isBroken) throw new Error('broken')
    })
  }, once)
  const engine = createTestEngine({ jobs: [flow] })
  const { id } = await engine.client.sendJob('work.requested', { tenantId })
  await engine.advance('1h')
  isRefused = isBroken = false
  await engine.client.retryJob(id)
  await engine.advance('1h')
  expect((await engine.client.getJobStatus(id)).state).toBe('completed')
  expect(did).toEqual([`${id}-1/charge`, 'pack', 'unpack', 'pack'])
})

test('a retry keeps a failure that the code caught, so that it takes the same branch', async () => {
  const did: string[] = []
  let isBroken = true
  const failing = (what: string) => () => {
    if (isBroken) throw new Error(`no ${what}`)
    did.push(what)
  }
  const flow = workflow(async (_event, step) => {
    await step.run('card', failing('card')).catch(() => step.run('invoice', () => void did.push('invoice')))
    await step.run('ship', failing('ship'))
  }, once)
  const engine = createTestEngine({ jobs: [flow] })
  const { id } = await engine.client.sendJob('work.requested', { tenantId })
  await engine.settle()
  isBroken = false
  await engine.client.retryJob(id)
  await engine.settle()
  expect(did).toEqual(['invoice', 'ship'])
})

test('a step that completes after the cancel is also compensated with `compensateOnCancel`', async () => {
  const did: string[] = []
  let finish = (): void => undefined
  const flow = workflow(
    (_event, step) =>
      step.run(
        'charge',
        () =>
          new Promise<void>((resolve) => {
            finish = () => {
              did.push('charged')
              resolve()
            }
          }),
        { compensate: () => void did.push('refunded') },
      ),
    { compensateOnCancel: true },
  )
  const engine = createTestEngine({ jobs: [flow], maxRealWaitMs: 20 })
  const { id } = await engine.client.sendJob('work.requested', { tenantId })
  await engine.settle()
  await engine.client.cancelJob(id)
  await engine.settle()
  expect(did).toEqual([])
  finish()
  await engine.settle()
  expect(did).toEqual(['charged', 'refunded'])
})

test('`runUntilIdle` waits for the compensation of a cancelled workflow', async () => {
  const compensated: number[] = []
  const flow = workflow(
    async (_event, step) => {
      await step.run('charge', () => 1, {
        compensate: (_one, { attempt }) => {
          if (attempt === 1) throw new Error('not yet')
          compensated.push(attempt)
        },
      })
      await step.sleep('nap', '1d')
    },
    { compensateOnCancel: true },
  )
  const engine = createTestEngine({ jobs: [flow] })
  const { id } = await engine.client.sendJob('work.requested', { tenantId })
  await engine.settle()
  await engine.client.cancelJob(id)
  await engine.runUntilIdle()
  expect([compensated, (await engine.client.getJobStatus(id)).state]).toEqual([[2], 'cancelled'])
  const { outcome } = engine.attempts.at(-1) ?? {}
  expect([engine.attempts.length, outcome?.type]).toEqual([0, undefined])
})
