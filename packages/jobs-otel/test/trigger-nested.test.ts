import { openTasks } from '@cgk-platform/jobs-trigger/open-tasks'
import { expect, test, vi } from 'vitest'

import { openTelemetry } from '../src/index.ts'
import { confirmOrder } from './kit/shop.ts'
import { spanTree } from './kit/span-tree.ts'
import { startTelemetry } from './kit/start-telemetry.ts'

test('with `nested`, an attempt on Trigger.dev continues the trace of its send', async ({ onTestFinished }) => {
  const telemetry = startTelemetry()
  onTestFinished(() => {
    telemetry.stop()
    vi.unstubAllGlobals()
  })
  const instrument = openTelemetry({ attempts: 'nested' })
  const { dependencies, engine, attempt } = await openTasks([confirmOrder], { instrument })
  const order = { tenantId: 'acme', orderId: 'order_1', fails: 9 }
  await dependencies.client.sendJob('shop.ordered', order, { maxAttempts: 1 })
  const { taskId, payload } = engine.runs[0]!
  expect(await attempt(taskId, { payload })).toMatchObject({ ok: false })
  expect(spanTree(telemetry.recorded())).toEqual([
    'send shop.ordered PRODUCER',
    '  process confirm-order CONSUMER #1 failed error=CardDeclined <- run(), send shop.ordered',
    '    onFailure confirm-order INTERNAL completed',
  ])
})
