import { createDeferred } from '@cgk-platform/test-kit/deferred'
import { expect, test } from 'vitest'

import { createTestEngine } from '../../src/testing/index.ts'
import { workflow } from '../kit/workflow.ts'

const tenantId = 'acme'

/** A loop of twelve months. */
const year = (options: object = {}) =>
  workflow(async ({ payload: { number = 1 } }, step) => {
    await step.sleep('month', '30d')
    await step.run('charge', () => number)
    return number === 12 ? 'a year' : step.restart({ number: number + 1 })
  }, options)

test('`runTimeout` counts from each restart', async () => {
  const engine = createTestEngine({ jobs: [year({ runTimeout: '31d' })] })
  const { id } = await engine.client.sendJob('work.requested', { tenantId })
  await engine.advance('359d')
  const { state, runs, startedAt } = await engine.client.getJobStatus(id)
  expect([state, runs.length, runs[0]?.restarts, runs[0]?.steps?.length]).toEqual(['running', 1, 11, 1])
  expect(runs[0]?.startedAt).toEqual(startedAt)
  await engine.advance('1d')
  expect(await engine.client.getJobStatus(id)).toMatchObject({ state: 'completed', runs: [{ output: 'a year' }] })
})

test('a loop without any wait leaves turns to others, and a cancel ends it', async () => {
  const often = createDeferred()
  let begun = 0
  const flow = workflow((_event, step) => {
    if (++begun === 3) often.resolve()
    return step.restart({})
  })
  const other = workflow(() => 'done', { id: 'other', event: 'work.followed' })
  const engine = createTestEngine({ jobs: [flow, other] })
  const { id } = await engine.client.sendJob('work.requested', { tenantId })
  const { id: next } = await engine.client.sendJob('work.followed' as 'work.requested', { tenantId })
  expect((await engine.client.waitForJob(next)).state).toBe('completed')
  await often.promise
  await engine.client.cancelJob(id)
  const { state, runs } = await engine.client.getJobStatus(id)
  expect([state, runs[0]!.restarts! >= 2]).toEqual(['cancelled', true])
})
