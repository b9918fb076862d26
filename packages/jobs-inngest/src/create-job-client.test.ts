import { InvalidOptionError, type JobProvider, ProviderNotChosenError } from '@cgk-platform/jobs-core'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'

import { createFakeServer } from '../test/kit/fake-server.ts'
import '../test/kit/work.ts'
import { createJobClient, getJobClient, type InngestClientOptions, setJobClient } from './index.ts'

beforeEach(() => {
  for (const name of Object.keys(process.env)) if (name.startsWith('INNGEST_')) vi.stubEnv(name, undefined)
  vi.stubEnv('JOB_PROVIDER', undefined)
})

afterEach(() => {
  vi.unstubAllEnvs()
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
  test('sends to Inngest', async () => {
    const { client: inngest, asked } = createFakeServer(() => ({ body: { ids: ['an id'], status: 200 } }))
    for (const provider of ['inngest', undefined] as const) {
      const client = createJobClient({ provider, config: { client: inngest } })
      expect(await client.sendJob('work.asked', { tenantId: 'acme' })).toMatchObject({ id: 'an id' })
    }
    expect(asked.map(({ url }) => url.hostname)).toEqual(['engine.test', 'engine.test'])
  })

  test('may be of a provider of your own', async () => {
    const provider = {
      specificationVersion: 'v1',
      name: 'own',
      capabilities: { maxPayloadBytes: 1000 },
      send: async () => [{ ok: true, id: 'of my own', deduplicated: false }],
    } as unknown as JobProvider
    expect(await createJobClient({ provider }).sendJob('work.asked', { tenantId: 'acme' })).toMatchObject({
      id: 'of my own',
    })
  })

  test('refuses settings beside a ready provider, which would not read them', () => {
    const provider = {} as JobProvider
    // @ts-expect-error -- the provider has its settings already
    const make = () => createJobClient({ provider, config: { appId: 'app' } })
    expect(make).toThrow(expect.objectContaining({ code: 'invalid_option', option: 'config' }))
    expect(make).toThrow('`config` is given beside a ready provider, which has its settings already.')
  })

  test('is refused for another engine by name, and for a wrong setting, at once', () => {
    const other = refusal(() => createJobClient({ provider: 'local' } as unknown as InngestClientOptions))
    expect(InvalidOptionError.isInstance(other)).toBe(true)
    expect(String(other)).toContain('`provider` is `local`, and this package has Inngest alone. Import from')
    const wrong = refusal(() => createJobClient({ config: { appId: '' } }))
    expect(wrong).toMatchObject({ option: 'appId' })
  })
})

describe('the default client', () => {
  test('is one on Inngest, whether the environment names it or nothing', () => {
    expect(getJobClient()).toHaveProperty('sendJob')
    setJobClient(undefined)
    vi.stubEnv('JOB_PROVIDER', 'inngest')
    expect(getJobClient()).toHaveProperty('sendJob')
  })

  test('is none where the environment names another', () => {
    for (const name of ['local', 'trigger.dev']) {
      vi.stubEnv('JOB_PROVIDER', name)
      const error = refusal(() => getJobClient())
      expect(ProviderNotChosenError.isInstance(error)).toBe(true)
      expect(String(error)).toContain(`the environment chooses \`${name}\`, and only Inngest's package is imported`)
    }
  })
})
