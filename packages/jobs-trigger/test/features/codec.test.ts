import { join } from 'node:path'

import { conformanceCodec, conformanceOptions } from '@cgk-platform/jobs-conformance'
import { createClient } from '@cgk-platform/jobs-core/provider'
import { createLoopbackServer, startCliWorker } from '@cgk-platform/trigger-loopback'
import { expect, onTestFinished, test } from 'vitest'

import { createJournal } from '../kit/journal.ts'
import { triggerCapabilities } from '../../src/capabilities.ts'
import { createTriggerProvider } from '../../src/trigger-provider.ts'

const projectDir = join(import.meta.dirname, '../conformance/project')
const secret = 'Lovelace-1815'

test('with a codec, Trigger.dev gets no text of the app', async () => {
  const server = await createLoopbackServer()
  const journal = createJournal()
  const definitions = ['conformance-fixed', 'conformance-workflow', 'conformance-plain']
  const env = {
    CONFORMANCE_JOURNAL: journal.path,
    CONFORMANCE_CODEC: '1',
    CONFORMANCE_DEFINITIONS: definitions.join(','),
  }
  const worker = await startCliWorker({ server, projectDir, env })
  const provider = createTriggerProvider({ apiKey: server.secretKey, apiUrl: server.url })
  const options = { ...conformanceOptions(triggerCapabilities), codec: conformanceCodec }
  const client = createClient({ load: () => provider }, options)
  onTestFinished(async () => {
    await client.close({ timeout: 0 })
    await worker.close()
    await server.close()
    journal.remove()
  })
  const send = async (event: string, payload: object): Promise<string> => {
    const { id } = await client.sendJob(event as never, { tenantId: 'acme', ...payload } as never)
    return id
  }
  const failed = await send('conformance.fixed', { name: secret, script: { failure: { as: 'error', attempts: 9 } } })
  const program = [
    { do: 'run', id: 'reserve', script: { returns: secret } },
    { do: 'wait', id: 'told', event: 'conformance.awaited', timeoutMs: 600_000 },
    { do: 'job', id: 'child', definition: 'conformance-plain', script: { returns: secret } },
    { do: 'run', id: 'mail', script: { failure: { as: 'error', attempts: 9 } } },
  ]
  const flowed = await send('conformance.workflow', { program })
  const isWaiting = async () => (await client.getJobStatus(flowed)).runs[0]?.steps?.at(-1)?.state === 'waiting'
  await expect.poll(isWaiting, { timeout: 300_000 }).toBe(true)
  await send('conformance.awaited', { name: secret })
  const statuses = await Promise.all([failed, flowed].map((id) => client.waitForJob(id, { timeout: '10m' })))
  expect(statuses.map(({ state }) => state)).toEqual(['failed', 'failed'])
  expect(JSON.stringify(statuses)).toContain(secret)
  expect(statuses[0]?.runs[0]?.error?.message).toMatch(/failed on purpose/)
  const stored = JSON.stringify(server.runs())
  expect(stored).toContain('$encoded')
  expect(stored).not.toMatch(/Lovelace|failed on purpose/)
  expect(worker.output()).not.toMatch(/Lovelace|failed on purpose/)
})
