import * as face from '@cgk-platform/jobs'
import { processJobs } from '@cgk-platform/jobs-core/tools'
import { expect, test } from 'vitest'

import { specifiedEvents, specifiedFunctions, type SpecifiedTypes } from './specified-names.ts'

test.each(specifiedFunctions)('%s is exported', (name) => {
  expect(face[name]).toBeTypeOf('function')
})

test.each(specifiedEvents)('the event %s is known', (event) => {
  expect(processJobs().events.names()).toContain(event)
})

test('the types are exported', () => {
  // The compiler checks them. A value of each type shows that none is `any` or `never`.
  const values: SpecifiedTypes = {
    JobEvent: 'order.created',
    JobPayload: { tenantId: 'tenant_123', orderId: 'order_456' },
    JobContext: undefined,
    RetryConfig: { maxAttempts: 3, backoff: 'linear', initialDelay: 1000, maxDelay: 60_000 },
  }
  expect(Object.keys(values)).toEqual(['JobEvent', 'JobPayload', 'JobContext', 'RetryConfig'])
})
