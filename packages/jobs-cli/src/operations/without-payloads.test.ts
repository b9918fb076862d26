import type { JobDetails } from '@cgk-platform/jobs-core/inspect'
import { expect, test } from 'vitest'

import { withoutPayloads } from './without-payloads.ts'

test('the value that a step waits for, which is of the payload, is hidden', () => {
  const step = { id: 'wait', kind: 'waitForEvent', state: 'waiting', attempts: 0, output: 'secret' } as const
  const since = new Date(0)
  const waitsFor = { event: 'order.paid', since, match: { email: 'secret' } }
  const run = { id: 'r', definitionId: 'd', state: 'running', attempts: 1, maxAttempts: 1 } as const
  const job: JobDetails = {
    ...{ id: 'j', event: 'order.placed', tenantId: 'a', state: 'running', createdAt: new Date(0) },
    ...{ payload: 'secret', idempotencyKey: 'secret' },
    runs: [
      {
        ...run,
        output: 'secret',
        steps: [
          { ...step, waitsFor },
          { ...step, waitsFor: { jobId: 'child' } },
        ],
      },
    ],
  }
  const shown = withoutPayloads(job)
  expect(JSON.stringify(shown)).not.toContain('secret')
  expect(shown.runs[0]!.steps!.map((one) => one.waitsFor)).toEqual([{ event: 'order.paid', since }, { jobId: 'child' }])
})
