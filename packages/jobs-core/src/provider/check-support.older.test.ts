import { expect, test, vi } from 'vitest'

import { capabilitiesWithout, createFakeProvider } from '../../test/kit/fake-provider.ts'
import { createClient } from '../client/create-client.ts'
import { defineJob } from '../jobs/define-job.ts'
import type { Definition } from '../jobs/definition.ts'
import type { Feature } from './capabilities.ts'
import { requireFeature } from './check-support.ts'

/** A provider that was built before these features were known. */
function olderProvider(...unknown: Feature[]) {
  const capabilities = capabilitiesWithout()
  const features = Object.fromEntries(
    Object.entries(capabilities.features).filter(([feature]) => !unknown.includes(feature as Feature)),
  ) as typeof capabilities.features
  return createFakeProvider({ capabilities: { ...capabilities, features } })
}
const refused = (feature: Feature) => ({
  name: 'UnsupportedFeatureError',
  code: 'unsupported_feature',
  feature,
  provider: 'fake',
  message: expect.stringContaining('Install a later version of its package.'),
})

test('a feature that a provider does not name is one that it lacks', () => {
  expect(() => requireFeature(olderProvider('timeout'), 'timeout')).toThrow(expect.objectContaining(refused('timeout')))
  expect(() => requireFeature(olderProvider('timeout'), 'cron')).not.toThrow()
})

test('calls and sends that need it are refused, and others are not', async () => {
  const provider = olderProvider('listJobs', 'delay')
  const client = createClient({ load: () => provider }, { jobs: [] })
  const order = { tenantId: 'acme', orderId: 'order_1' }
  await expect(client.listJobs()).rejects.toMatchObject(refused('listJobs'))
  await expect(client.sendJob('order.created', order, { delay: '5s' })).rejects.toMatchObject(refused('delay'))
  await expect(client.sendJob('order.created', order)).resolves.toMatchObject({ tenantId: 'acme' })
})

test('a definition that needs it is refused when the engine opens', async () => {
  const handler = vi.fn<() => void>()
  const timed = defineJob({ id: 'timed', event: 'order.created', timeout: '5s', handler }) as unknown as Definition
  const client = createClient({ load: () => olderProvider('timeout') }, { jobs: [timed] })
  await expect(client.healthCheck()).rejects.toMatchObject(refused('timeout'))
})
