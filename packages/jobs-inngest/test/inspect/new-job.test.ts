import { defineJob } from '@cgk-platform/jobs-core'
import { expect, test } from 'vitest'

import { openJobs } from '../kit/open-jobs.ts'

test('a job that the engine does not show yet is cancelled by its id, also by another process', async () => {
  const work = defineJob({ id: 'work', event: 'work.asked', handler: () => undefined })
  const opened = await openJobs({ jobs: [work], engine: { delays: { eventMs: 5000, runMs: 7000 } } })
  const { client: other } = await opened.openApp({ jobs: [work], synced: false })
  const { id } = await opened.client.sendJob('work.asked', { tenantId: 'acme' }, { delay: '1h' })
  const now = await other.inspect.cancelJobs({ ids: [id] })
  expect((await other.cancelJob(id)).state).toBe('cancelled')
  expect(now).toMatchObject({ matched: 1, changed: 1, failures: 0 })
})
