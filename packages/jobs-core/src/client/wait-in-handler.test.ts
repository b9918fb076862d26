import { expect, test } from 'vitest'

import { createFakeProvider } from '../../test/kit/fake-provider.ts'
import { runWithClient } from '../ambient/async-context.ts'
import { createClient } from './create-client.ts'

test('no client waits for a job in a handler, whatever client runs the handler', async () => {
  const [own, other] = [createFakeProvider(), createFakeProvider()].map((fake) => {
    const job = { id: 'job_1', event: 'order.created', tenantId: 'acme', createdAt: new Date(0), runs: [] }
    fake.jobs.set('job_1', { ...job, state: 'completed' })
    return createClient({ load: () => fake }, { jobs: [] })
  })
  const refused = { code: 'wait_in_handler', message: expect.stringContaining('use `step.runJob`') }
  for (const waiter of [own!, other!, own!.forTenant('acme'), own!.forSystem()]) {
    await runWithClient(own, async () => expect(waiter.waitForJob('job_1')).rejects.toMatchObject(refused))
  }
  await expect(own!.waitForJob('job_1')).resolves.toMatchObject({ state: 'completed' })
})
