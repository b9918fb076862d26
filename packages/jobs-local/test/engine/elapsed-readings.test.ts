import { defineJob } from '@cgk-platform/jobs-core'
import { createClient, systemClock } from '@cgk-platform/jobs-core/provider'
import { createRecordedLogger } from '@cgk-platform/test-kit/recorded-logger'
import '@cgk-platform/test-kit/work'
import { expect, test } from 'vitest'

import { createLocalProvider } from '../../src/provider/local-provider.ts'

test('attempts of one turn share the readings of the elapsed time, which take long', async () => {
  let [readings, ended] = [0, 0]
  const clock = { ...systemClock, elapsed: () => (readings++, performance.now()) }
  const job = defineJob({ id: 'work', event: 'work.requested', handler: async () => void ended++ })
  const provider = createLocalProvider({ concurrency: 200 }, { clock })
  const client = createClient({ load: () => provider }, { jobs: [job], clock, logger: createRecordedLogger() })
  const send = (count: number) =>
    client.sendJobs(Array.from({ length: count }, () => ({ event: 'work.requested', payload: { tenantId: 'acme' } })))
  await send(1)
  while (ended < 1) await systemClock.yield()
  readings = 0
  await send(200)
  while (ended < 201) await systemClock.yield()
  await client.close()
  expect(readings).toBeLessThan(200)
})
