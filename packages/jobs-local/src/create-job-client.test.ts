import { defineJob, type JobProvider } from '@cgk-platform/jobs-core'
import { describe, expect, test } from 'vitest'

import { createRecordedLogger } from '../test/kit/recorded-logger.ts'
import '../test/kit/work.ts'
import { localCapabilities } from './capabilities.ts'
import { createJobClient } from './create-job-client.ts'
import { createLocalProvider } from './local-provider.ts'

const work = defineJob({ id: 'work', event: 'work.asked', handler: ({ payload }) => payload.number ?? null })

describe('createJobClient of the local package', () => {
  test('makes a client on an engine of this process, which runs on real time', async () => {
    const client = createJobClient({ jobs: [work], config: { concurrency: 2, retention: { count: 5, age: '1h' } } })
    const { id } = await client.sendJob('work.asked', { tenantId: 'acme', number: 7 })
    expect(await client.waitForJob(id, { timeout: '10s' })).toMatchObject({ state: 'completed', runs: [{ output: 7 }] })
    expect(await client.capabilities()).toBe(localCapabilities)
    expect(await client.healthCheck()).toMatchObject({ ok: true, provider: 'local' })
    await client.close()
  })

  test('takes a provider of one’s own', async () => {
    const provider: JobProvider = { ...createLocalProvider(), name: 'mine' }
    const client = createJobClient({ provider, jobs: [], logger: createRecordedLogger() })
    await expect(client.getJobStatus('unknown')).rejects.toThrow('known to `mine`')
    await client.close()
  })

  test.each(['inngest', 'trigger.dev', 'postgres', ''])('refuses `%s`, saying where it is', (provider) => {
    const make = () => createJobClient({ provider: provider as 'local' })
    expect(make).toThrow(expect.objectContaining({ code: 'invalid_option', option: 'provider' }))
    expect(make).toThrow(
      `\`provider\` is \`${provider}\`, and this package has the local engine alone. Import from \`@cgk-platform/jobs\``,
    )
  })

  test('refuses settings beside a ready provider, which would not read them', () => {
    const provider = createLocalProvider()
    // @ts-expect-error -- the provider has its settings already
    const make = () => createJobClient({ provider, config: { concurrency: 2 } })
    expect(make).toThrow(expect.objectContaining({ code: 'invalid_option', option: 'config' }))
    expect(make).toThrow('`config` is given beside a ready provider, which has its settings already.')
  })

  test('refuses a wrong setting where it is written, not at the first send', () => {
    expect(() => createJobClient({ config: { concurrency: 0 } })).toThrow(
      '`concurrency` is `0`. Give a whole number of 1 or more.',
    )
    expect(() => createJobClient({ config: { retention: { age: '-1h' as never } } })).toThrow(
      '`retention.age` is not a duration',
    )
  })

  test('a provider that no client has taken up says so', async () => {
    const provider = createLocalProvider()
    await expect(provider.send([])).rejects.toThrow('used through a client')
    expect(await provider.status('unknown')).toBeUndefined()
    await provider.close?.({ timeoutMs: 0 })
  })
})
