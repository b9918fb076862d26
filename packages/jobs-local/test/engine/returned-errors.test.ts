import { defineJob } from '@cgk-platform/jobs-core'
import { createTestEngine } from '../../src/testing/index.ts'
import { expect, test } from 'vitest'

const failure = { success: false, error: 'busy' }
const order = { tenantId: 'acme', orderId: 'order_1' }

test('the client option `returnedErrors` holds for definitions without their own', async () => {
  const retry = { maxAttempts: 2 }
  const jobs = [
    defineJob({ id: 'by-client', event: 'order.created', retry, handler: () => failure }),
    defineJob({ id: 'by-itself', event: 'order.created', retry, returnedErrors: false, handler: () => failure }),
  ]
  const engine = createTestEngine({ jobs, returnedErrors: true })
  const { id } = await engine.client.sendJob('order.created', order)
  await engine.runUntilIdle()
  const { runs } = await engine.client.getJobStatus(id)
  expect(runs.map(({ state, attempts, error, output }) => [state, attempts, error?.code, output])).toEqual([
    ['failed', 2, 'returned', undefined],
    ['completed', 1, undefined, failure],
  ])
  await engine.close()
})
