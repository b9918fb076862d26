import { InvalidOptionError, type JobProvider, ProviderNotChosenError } from '@cgk-platform/jobs-core'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'

import { createFakeServer, testKey, testUrl } from '../test/kit/fake-server.ts'
import '../test/kit/work.ts'
import { createJobClient, getJobClient, setJobClient, type TriggerClientOptions } from './index.ts'

beforeEach(() => {
  for (const name of Object.keys(process.env)) if (name.startsWith('TRIGGER_')) vi.stubEnv(name, undefined)
  vi.stubEnv('JOB_PROVIDER', undefined)
})

afterEach(() => {
  vi.unstubAllEnvs()
  vi.unstubAllGlobals()
  setJobClient(undefined)
})

function refusal(make: () => unknown): unknown {
  try {
    make()
  } catch (error) {
    return error
  }
  throw new Error('It was accepted.')
}

describe('a client', () => {
  test('sends to Trigger.dev', async () => {
    const { asked } = await createFakeServer(() => ({ body: { id: 'run_1' } }))
    for (const provider of ['trigger.dev', undefined] as const) {
      const client = createJobClient({ provider, config: { apiKey: testKey, apiUrl: testUrl } })
      expect(await client.sendJob('work.asked', { tenantId: 'acme' })).toMatchObject({ id: 'run_1' })
    }
    expect(asked.map(({ url }) => url.origin)).toEqual([testUrl, testUrl])
  })

  test('may be of a provider of your own', async () => {
    const provider = {
      specificationVersion: 'v1',
      name: 'own',
      capabilities: { maxPayloadBytes: 1000 },
      send: async () => [{ ok: true, id: 'of my own', deduplicated: false }],
    } as unknown as JobProvider
    const handle = await createJobClient({ provider }).sendJob('work.asked', { tenantId: 'acme' })
    expect(handle).toMatchObject({ id: 'of my own' })
  })

  test('is refused for another engine by name, and for a wrong setting, at once', () => {
    const other = refusal(() => createJobClient({ provider: 'local' } as unknown as TriggerClientOptions))
    expect(InvalidOptionError.isInstance(other)).toBe(true)
    expect(String(other)).toContain('`provider` is `local`, and this package has Trigger.dev alone. Import from')
    expect(refusal(() => createJobClient({ config: { apiKey: '' } }))).toMatchObject({ option: 'apiKey' })
  })
})

describe('the default client', () => {
  test('is one on Trigger.dev, whether the environment names it or nothing', () => {
    expect(getJobClient()).toHaveProperty('sendJob')
    setJobClient(undefined)
    vi.stubEnv('JOB_PROVIDER', 'trigger.dev')
    expect(getJobClient()).toHaveProperty('sendJob')
  })

  test('is none where the environment names another', () => {
    for (const name of ['local', 'inngest']) {
      vi.stubEnv('JOB_PROVIDER', name)
      const error = refusal(() => getJobClient())
      expect(ProviderNotChosenError.isInstance(error)).toBe(true)
      expect(String(error)).toContain(`the environment chooses \`${name}\`, and only Trigger.dev's package is imported`)
    }
  })
})
