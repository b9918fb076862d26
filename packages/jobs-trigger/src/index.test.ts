import { expect, test, vi } from 'vitest'

import { createJobClient } from './index.ts'

const loaded = vi.hoisted(() => [] as string[])

vi.mock('@trigger.dev/sdk', () => {
  loaded.push('@trigger.dev/sdk')
  return {}
})

test('loads the SDK, whose import takes half a second, with the first request', async () => {
  const client = createJobClient({ provider: 'trigger.dev', config: { apiKey: 'tr_dev_1' } })
  expect(loaded).toEqual([])
  await client.getJobStatus('run_1').catch(() => undefined)
  expect(loaded).toEqual(['@trigger.dev/sdk'])
})
