import { defineJob } from '@cgk-platform/jobs-core'
import { expect, test } from 'vitest'

import { openJobs } from '../kit/open-jobs.ts'

const hourMs = 3_600_000

test('lists contain jobs of more than an hour ago', async () => {
  const work = defineJob({ id: 'work', event: 'work.asked', handler: () => undefined })
  const { client, pause } = await openJobs({ jobs: [work], factor: 20_000 })
  const { id } = await client.sendJob('work.asked', { tenantId: 'acme' }, { delay: '30d' })
  await pause(2 * hourMs)
  expect((await client.listJobs()).jobs).toMatchObject([{ id, state: 'scheduled' }])
  expect((await client.inspect.listJobs()).jobs).toMatchObject([{ id, state: 'scheduled' }])
})
