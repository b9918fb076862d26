import { defineJob } from '@cgk-platform/jobs-core'
import { expect, test } from 'vitest'

import { createTestEngine } from '../../src/testing/index.ts'

// In its own file, because the schemas of built-in events are loaded once per process.
test('the first send of a built-in event arrives before time advances, awaited or not', async () => {
  const job = defineJob({ id: 'work', event: 'order.created', handler: () => undefined })
  const engine = createTestEngine({ jobs: [job], startAt: new Date('2026-03-02T12:00:00Z') })
  const order = { tenantId: 'tenant_1', orderId: 'order_1' }
  void engine.client.sendJob('order.created', order, { delay: '1h' })
  await engine.advance('1h')
  expect(engine.attempts.map(({ at }) => at.toISOString())).toEqual(['2026-03-02T13:00:00.000Z'])
  await engine.close()
})
