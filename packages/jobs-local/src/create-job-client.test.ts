import { defineJob, type JobProvider } from '@cgk-platform/jobs-core'
import { createRecordedLogger } from '@cgk-platform/test-kit/recorded-logger'
import '@cgk-platform/test-kit/work'
import { describe, expect, test } from 'vitest'

import { localCapabilities } from './provider/capabilities.ts'
import { createJobClient } from './index.ts'
import { createLocalProvider } from './provider/local-provider.ts'

const work = defineJob({ id: 'work', event: 'work.requested', handler: ({ payload }) => payload.number ?? null })

describe('createJobClient of the local package', () => {
  test('creates a client that runs jobs in this process in real time', async () => {
    const client = createJobClient({
      provider: 'local',
      jobs: [work],
      config: { concurrency: 2, retention: { count: 5, age: '1h' } },
    })
    const { id } = await client.sendJob('work.requested', { tenantId: 'acme', number: 7 })
    expect(await client.waitForJob(id)).toMatchObject({ state: 'completed', runs: [{ output: 7 }] })
    expect(await client.capabilities()).toBe(localCapabilities)
    expect(await client.healthCheck()).toMatchObject({ ok: true, provider: 'local' })
    await client.close()
  })

  test('accepts a custom provider', async () => {
    const provider: JobProvider = { ...createLocalProvider(), name: 'mine' }
    const client = createJobClient({ provider, jobs: [], logger: createRecordedLogger() })
    await expect(client.getJobStatus('unknown')).rejects.toThrow('was found on `mine`')
    await client.close()
  })

  test('rejects an invalid option when the client is created, not at the first send', () => {
    expect(() => createJobClient({ provider: 'local', config: { concurrency: 0 } })).toThrow(
      '`concurrency` is `0`. Pass a whole number of 1 or more.',
    )
    expect(() => createJobClient({ provider: 'local', config: { retention: { age: '-1h' as never } } })).toThrow(
      '`retention.age` is not a duration',
    )
  })

  test('a provider that was not passed to a client rejects calls', async () => {
    const provider = createLocalProvider()
    await expect(provider.send([])).rejects.toThrow('Pass a local provider to a client first')
    expect(await provider.status('unknown')).toBeUndefined()
    await provider.close?.({ timeoutMs: 0 })
  })
})
