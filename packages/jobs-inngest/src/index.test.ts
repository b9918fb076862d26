import { ProviderNotInstalledError } from '@cgk-platform/jobs-core/errors'
import '@cgk-platform/test-kit/work'
import { expect, test, vi } from 'vitest'

import { createJobClient } from './index.ts'

const requests = vi.hoisted(() => [] as string[])

vi.mock('inngest', () => {
  requests.push('inngest')
  throw new Error("Cannot find package 'inngest'")
})

test('loads the SDK with the first request, and reports why it does not load', async () => {
  const client = createJobClient({ provider: 'inngest', config: { eventKey: 'key' } })
  await client.capabilities()
  expect(requests).toEqual([])
  const sending = client.sendJob('work.asked', { tenantId: 'acme' })
  await expect(sending).rejects.toThrow(ProviderNotInstalledError)
  await expect(sending).rejects.toThrow('which could not be loaded: ')
  await expect(sending).rejects.toThrow('If it is not installed, run `npm install inngest`.')
  expect(requests).toEqual(['inngest'])
})
