import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { createJobClient, type JobCodec, type JobClient } from '@cgk-platform/jobs-local'
import { expect, onTestFinished, test } from 'vitest'

import { everything, openDashboard } from './kit/open-dashboard.ts'
import { shop } from './kit/shop.ts'

const codec: JobCodec = {
  encode: (text) => Buffer.from(text).toString('base64'),
  decode: (text) => Buffer.from(text, 'base64').toString(),
}
const order = { tenantId: 'acme', orderId: 'o-1', email: 'ada@example.com', card: { number: '4242424242424242' } }
const silent = (): void => undefined
const logger = { debug: silent, info: silent, warn: silent, error: silent }

test('a dashboard shows what its client can decode, and otherwise that a value is encoded', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'jobs-'))
  const open = (more: object): JobClient => {
    const config = { path: join(folder, 'jobs.db') }
    const client = createJobClient({ provider: 'local', config, logger, ...more })
    onTestFinished(() => client.close({ timeout: 0 }))
    return client
  }
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const worker = open({ jobs: [shop.confirmOrder], codec })
  const sent = [
    await worker.sendJob('shop.ordered', order),
    await worker.sendJob('shop.ordered', { ...order, fails: true }),
  ]
  for (const { id } of sent) await worker.waitForJob(id)
  const paths = ['jobs', 'jobs?state=failed', 'overview', ...sent.map(({ id }) => `job?id=${id}`)]
  const textOf = async (client: JobClient): Promise<string> => {
    const browser = openDashboard({ client }).as({ can: everything })
    const answers = await Promise.all(paths.map((path) => browser.get(path)))
    expect(answers.map(({ status }) => status)).toEqual(paths.map(() => 200))
    return (await Promise.all(answers.map((answer) => answer.text()))).join('\n')
  }
  expect(await textOf(worker)).toMatch(/ada@example\.com[^]*The card was declined/)
  const without = await textOf(open({ jobs: [] }))
  expect(without).toContain('`codec.decode` is missing in this client')
  expect(without).not.toMatch(/ada@example|4242|declined/)
  expect(without).not.toContain(Buffer.from('ada@example').toString('base64').slice(2, 10))

  // A note that it shows instead of a payload cannot be sent.
  const note = { tenantId: 'acme', $encoded: 'text' }
  const browser = openDashboard({ client: worker }).as({ can: everything })
  const refused = await browser.post('send', { event: 'shop.ordered', payload: note })
  expect(await refused.text()).toContain('$encoded')
  expect(refused.ok).toBe(false)
})
