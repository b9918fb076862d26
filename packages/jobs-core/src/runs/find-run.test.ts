import { expect, test } from 'vitest'

import { jobStatus } from '../../test/kit/fake-provider.ts'
import { defineJob } from '../jobs/define-job.ts'
import { findRun } from './find-run.ts'
import type { RunStatus } from '../status/job-status.ts'

const run = (id: string, definitionId: string, more: Partial<RunStatus> = {}): RunStatus => ({
  id,
  definitionId,
  state: 'completed',
  attempts: 1,
  maxAttempts: 3,
  ...more,
})

const processOrder = defineJob({ id: 'process-order', event: 'order.created', handler: () => ({ parcels: 2 }) })
const notify = defineJob({ id: 'notify', event: 'order.created', handler: () => undefined })

test('returns the newest run of a definition, or undefined', () => {
  const status = jobStatus({
    runs: [
      run('run_1', 'process-order', { state: 'failed' }),
      run('run_2', 'other'),
      run('run_3', 'process-order', { retryOf: 'run_1', output: { parcels: 2 } }),
    ],
  })
  expect(findRun(status, processOrder)).toMatchObject({ id: 'run_3', output: { parcels: 2 } })
  expect(findRun(status, notify)).toBeUndefined()
})
