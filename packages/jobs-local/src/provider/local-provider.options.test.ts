import { defineCronJob, defineJob } from '@cgk-platform/jobs-core'
import type { ProviderOptions } from '@cgk-platform/jobs-core/provider'
import { expect, test } from 'vitest'

import { createJobClient } from '../index.ts'

const order = { tenantId: 'tenant_1', orderId: 'order_1' }
const odd = { local: { priority: 1 } } as ProviderOptions
const open = () => createJobClient({ jobs: [] })

test('an unknown local option fails its send by name, without affecting other items of the batch', async () => {
  const client = open()
  const refused = {
    code: 'unsupported_feature',
    message:
      '`local` does not support `providerOptions.local.priority of a send`. This engine accepts no options on a send. Set its options in the definition.',
  }
  await expect(client.sendJob('order.created', order, { providerOptions: odd })).rejects.toMatchObject(refused)
  const [first, second, third] = await client.sendJobs([
    { event: 'order.created', payload: order },
    { event: 'order.created', payload: order, options: { providerOptions: odd } },
    { event: 'order.created', payload: order, options: { providerOptions: { local: {} } } },
  ])
  expect([first?.ok, second, third?.ok]).toEqual([true, { ok: false, error: expect.objectContaining(refused) }, true])
  await client.close()
})

test('rejects a definition with local options', async () => {
  const local = { priority: 1 }
  const jobs = [
    defineJob({ id: 'work', event: 'order.created', handler: () => undefined, providerOptions: { local } }),
    defineCronJob({ id: 'work', schedule: '0 9 * * *', handler: () => undefined, providerOptions: { local } }),
  ]
  for (const job of jobs) {
    const client = createJobClient({ jobs: [job] })
    await expect(client.start()).rejects.toMatchObject({
      code: 'unsupported_feature',
      message:
        '`local` does not support `providerOptions.local.priority`. ' +
        'Remove it from `work`. A definition has no options for this engine.',
    })
    await client.close()
  }
})
