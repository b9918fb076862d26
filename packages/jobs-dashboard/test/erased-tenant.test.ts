import { createJobClient } from '@cgk-platform/jobs-local'
import { expect, onTestFinished, test } from 'vitest'

import { everything, openDashboard } from './kit/open-dashboard.ts'
import { shop } from './kit/shop.ts'

const order = { tenantId: 'acme', orderId: 'o-secret', email: 'ada@example.com', card: { number: '4242424242424242' } }
const silent = (): void => undefined
const logger = { debug: silent, info: silent, warn: silent, error: silent }

test('a dashboard shows nothing of an erased tenant', async () => {
  const client = createJobClient({ provider: 'local', logger, jobs: [shop.confirmOrder] })
  onTestFinished(() => client.close({ timeout: 0 }))
  const sent = [
    await client.sendJob('shop.ordered', order, { reference: 'o-secret' }),
    await client.sendJob('shop.ordered', { ...order, fails: true }),
    await client.sendJob('shop.ordered', order, { delay: '1h', idempotencyKey: 'o-secret' }),
  ]
  for (const { id } of sent.slice(0, 2)) await client.waitForJob(id)
  const paths = ['jobs', 'jobs?state=failed', 'jobs?reference=o-secret', 'overview']
  const shown = async (): Promise<string> => {
    const browser = openDashboard({ client }).as({ can: everything })
    const answers = await Promise.all(
      [...paths, ...sent.map(({ id }) => `job?id=${id}`)].map((path) => browser.get(path)),
    )
    return (await Promise.all(answers.map((answer) => answer.text()))).join('\n')
  }
  expect(await shown()).toMatch(/ada@example[^]*declined/)
  expect((await client.forTenant('acme').erase()).isComplete).toBe(true)
  expect(await shown()).not.toMatch(/ada@example|4242|declined|o-secret|acme/)
})
