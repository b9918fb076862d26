import type { JobStatus } from '@cgk-platform/jobs-core'
import { expect, test } from 'vitest'

import { changeById } from './change-by-id.ts'
import type { Scope } from './scope-of.ts'

test('a job that ends while it is to be cancelled is skipped', async () => {
  const states: Record<string, JobStatus['state']> = { ends: 'completed', stays: 'cancelled' }
  const scope = {
    getJobStatus: async () => ({ state: 'running' }),
    cancelJob: async (id: string) => ({ state: states[id] }),
  } as unknown as Scope
  const result = await changeById('cancel', ['ends', 'stays'], scope)({})
  expect(result).toMatchObject({ matched: 2, changed: 1, skipped: 1, failures: 0, isComplete: true })
})
